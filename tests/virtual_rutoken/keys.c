/* Key pairs made on the token. The private half never leaves it. */
#include "virtual_rutoken.h"

/* A key signs and agrees on keys; it neither encrypts nor wraps. */
static void set_uses(struct object *object, CK_OBJECT_CLASS kind)
{
	static const CK_ATTRIBUTE_TYPE NEVER[] = {CKA_ENCRYPT, CKA_DECRYPT, CKA_WRAP, CKA_UNWRAP, CKA_SIGN_RECOVER, CKA_VERIFY_RECOVER};
	bool private_key = kind == CKO_PRIVATE_KEY;
	for (size_t i = 0; i < COUNT_OF(NEVER); i++)
		set_bool(object, NEVER[i], false);
	default_bool(object, CKA_DERIVE, private_key);
	default_bool(object, private_key ? CKA_SIGN : CKA_VERIFY, true);
}

static void set_facts(struct object *object, CK_OBJECT_CLASS kind, const struct mechanism *mechanism)
{
	set_ulong(object, CKA_CLASS, kind);
	set_ulong(object, CKA_KEY_TYPE, mechanism->key_type);
	set_ulong(object, CKA_KEY_GEN_MECHANISM, mechanism->type);
	set_bool(object, CKA_LOCAL, true);
	default_bool(object, CKA_TOKEN, false);
	default_bool(object, CKA_PRIVATE, kind == CKO_PRIVATE_KEY);
	default_bool(object, CKA_MODIFIABLE, true);
	set_uses(object, kind);
	default_empty(object, CKA_ID);
	default_empty(object, CKA_LABEL);
}

/* Whatever the template asks: a key made on a Rutoken ECP is sensitive and cannot be taken out. */
static void lock_in(struct object *private_key)
{
	set_bool(private_key, CKA_SENSITIVE, true);
	set_bool(private_key, CKA_ALWAYS_SENSITIVE, true);
	set_bool(private_key, CKA_EXTRACTABLE, false);
	set_bool(private_key, CKA_NEVER_EXTRACTABLE, true);
	default_bool(private_key, CKA_ALWAYS_AUTHENTICATE, false);
}

static void share_params(struct object *public_key, struct object *private_key)
{
	static const CK_ATTRIBUTE_TYPE SHARED[] = {ATTR_GOST_PARAMS, ATTR_STREEBOG_PARAMS};
	for (size_t i = 0; i < COUNT_OF(SHARED); i++) {
		const struct attribute *attribute = get_attribute(public_key, SHARED[i]);
		if (attribute)
			set_attribute(private_key, SHARED[i], attribute->bytes, attribute->length);
	}
}

static CK_RV generate_gost(const struct mechanism *mechanism, struct object *public_key, struct object *private_key)
{
	CK_BYTE scalar[64], point[128];
	CK_ULONG size = mechanism->min_bits / 8;
	const struct attribute *params = get_attribute(public_key, ATTR_GOST_PARAMS);
	if (!params)
		return CKR_TEMPLATE_INCOMPLETE;
	CK_RV result = generate_gost_key((int)mechanism->min_bits, params->bytes, params->length, scalar, point);
	if (result != CKR_OK)
		return result;
	set_attribute(private_key, ATTR_HIDDEN_PRIVATE, scalar, size);
	set_attribute(public_key, CKA_VALUE, point, 2 * size);
	return CKR_OK;
}

static CK_RV generate_rsa(const struct mechanism *mechanism, struct object *public_key, struct object *private_key)
{
	CK_ULONG bits = get_ulong(public_key, CKA_MODULUS_BITS);
	if (!get_attribute(public_key, CKA_MODULUS_BITS))
		return CKR_TEMPLATE_INCOMPLETE;
	if (bits < mechanism->min_bits || bits > mechanism->max_bits)
		return CKR_ATTRIBUTE_VALUE_INVALID;
	EVP_PKEY *key = generate_rsa_key(bits);
	bool kept = key && keep_rsa_pair(key, public_key, private_key);
	EVP_PKEY_free(key);
	return kept ? CKR_OK : CKR_FUNCTION_FAILED;
}

static CK_RV fill_pair(const struct mechanism *mechanism, struct object *public_key, struct object *private_key)
{
	set_facts(public_key, CKO_PUBLIC_KEY, mechanism);
	set_facts(private_key, CKO_PRIVATE_KEY, mechanism);
	lock_in(private_key);
	share_params(public_key, private_key);
	return mechanism->key_type == CKK_RSA ? generate_rsa(mechanism, public_key, private_key) : generate_gost(mechanism, public_key, private_key);
}

static CK_RV check_request(const struct session *session, const struct mechanism *mechanism)
{
	if (!mechanism || !(mechanism->flags & CKF_GENERATE_KEY_PAIR) || token_is_passive(session->token))
		return CKR_MECHANISM_INVALID;
	if (session->token->login != LOGIN_USER)
		return CKR_USER_NOT_LOGGED_IN;
	return session_is_writable(session) ? CKR_OK : CKR_SESSION_READ_ONLY;
}

CK_RV C_GenerateKeyPair(CK_SESSION_HANDLE handle, CK_MECHANISM *asked, CK_ATTRIBUTE *public_template, CK_ULONG public_length,
	CK_ATTRIBUTE *private_template, CK_ULONG private_length, CK_OBJECT_HANDLE *public_handle, CK_OBJECT_HANDLE *private_handle)
{
	struct session *session;
	if (!asked || !public_handle || !private_handle)
		return CKR_ARGUMENTS_BAD;
	CK_RV result = enter_session(__func__, handle, &session);
	if (result != CKR_OK)
		return result;
	const struct mechanism *mechanism = find_mechanism(asked->mechanism);
	result = check_request(session, mechanism);
	if (result == CKR_OK)
		result = check_template(public_template, public_length);
	if (result == CKR_OK)
		result = check_template(private_template, private_length);
	if (result != CKR_OK)
		return leave_session(__func__, session, result);
	struct object *public_key = new_object(), *private_key = new_object();
	copy_template(public_key, public_template, public_length);
	copy_template(private_key, private_template, private_length);
	result = fill_pair(mechanism, public_key, private_key);
	if (result != CKR_OK) {
		free_object(public_key);
		free_object(private_key);
		return leave_session(__func__, session, result);
	}
	adopt_object(session->token, public_key);
	adopt_object(session->token, private_key);
	*public_handle = public_key->handle;
	*private_handle = private_key->handle;
	return leave_session(__func__, session, save_objects(session->token));
}
