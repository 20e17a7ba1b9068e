/* Signing and verifying, raw or with the hash made on the token. A GOST signature is s||r, two big-endian numbers. */
#include "virtual_rutoken.h"

#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

enum { COLLECTED_LIMIT = 512 }; /* raw mechanisms take a digest or a DigestInfo, never a document */

static CK_RV check_key(const struct session *session, enum operation operation, const struct mechanism *mechanism, const struct object *key)
{
	bool signing = operation == OPERATION_SIGN;
	CK_OBJECT_CLASS wanted = signing ? CKO_PRIVATE_KEY : CKO_PUBLIC_KEY;
	if (!mechanism || !(mechanism->flags & (signing ? CKF_SIGN : CKF_VERIFY)) || token_is_passive(session->token))
		return CKR_MECHANISM_INVALID;
	if (signing && session->token->login != LOGIN_USER)
		return CKR_USER_NOT_LOGGED_IN;
	if (!key || get_ulong(key, CKA_CLASS) != wanted)
		return CKR_KEY_HANDLE_INVALID;
	if (get_ulong(key, CKA_KEY_TYPE) != mechanism->key_type)
		return CKR_KEY_TYPE_INCONSISTENT;
	return get_bool(key, signing ? CKA_SIGN : CKA_VERIFY, true) ? CKR_OK : CKR_KEY_FUNCTION_NOT_PERMITTED;
}

static CK_RV start_operation(struct session *session, enum operation operation, const CK_MECHANISM *asked, CK_OBJECT_HANDLE which)
{
	if (session->operation != OPERATION_NONE)
		return CKR_OPERATION_ACTIVE;
	const struct object *key = find_object(session->token, which);
	CK_RV result = check_key(session, operation, find_mechanism(asked->mechanism), key);
	if (result != CKR_OK)
		return result;
	if (mechanism_hashes(asked->mechanism)) {
		session->operation_hash = start_hash(asked->mechanism);
		if (!session->operation_hash)
			return CKR_HOST_MEMORY;
	}
	session->operation = operation;
	session->mechanism = asked->mechanism;
	session->key = which;
	session->needs_context_login = operation == OPERATION_SIGN && get_bool(key, CKA_ALWAYS_AUTHENTICATE, false);
	return CKR_OK;
}

static CK_RV take_part(struct session *session, const CK_BYTE *part, CK_ULONG length)
{
	if (session->operation_hash)
		return update_hash(session->operation_hash, part, length) ? CKR_OK : CKR_FUNCTION_FAILED;
	if (length > COLLECTED_LIMIT || session->collected_length + length > COLLECTED_LIMIT)
		return CKR_DATA_LEN_RANGE;
	if (!session->collected)
		session->collected = malloc(COLLECTED_LIMIT);
	if (!session->collected)
		return CKR_HOST_MEMORY;
	if (length)
		memcpy(session->collected + session->collected_length, part, length);
	session->collected_length += length;
	return CKR_OK;
}

/* The bytes that are signed: the finished hash, or what was collected. */
static CK_RV finish_input(struct session *session, CK_BYTE digest[DIGEST_LIMIT], const CK_BYTE **input, CK_ULONG *length)
{
	CK_ULONG exact = find_mechanism(session->mechanism)->raw_length;
	if (session->operation_hash) {
		*input = digest;
		*length = hash_length(session->operation_hash);
		return finish_hash(session->operation_hash, digest) ? CKR_OK : CKR_FUNCTION_FAILED;
	}
	*input = session->collected;
	*length = session->collected_length;
	return exact && *length != exact ? CKR_DATA_LEN_RANGE : CKR_OK;
}

static CK_ULONG signature_length(const struct object *key)
{
	CK_KEY_TYPE type = get_ulong(key, CKA_KEY_TYPE);
	const struct attribute *modulus = get_attribute(key, CKA_MODULUS);
	return type == KEY_TYPE_GOST256 ? 64 : type == KEY_TYPE_GOST512 ? 128 : modulus ? modulus->length : 0;
}

/* False if the object does not hold what its type promises. */
static bool read_gost_key(struct gost_key *key, const struct object *object, CK_ATTRIBUTE_TYPE where, CK_ULONG halves)
{
	const struct attribute *params = get_attribute(object, ATTR_GOST_PARAMS), *octets = get_attribute(object, where);
	key->bits = get_ulong(object, CKA_KEY_TYPE) == KEY_TYPE_GOST256 ? 256 : 512;
	if (!params || !octets || octets->length != halves * (CK_ULONG)key->bits / 8)
		return false;
	key->curve_oid = params->bytes;
	key->curve_oid_length = params->length;
	key->octets = octets->bytes;
	return true;
}

static CK_RV make_signature(struct session *session, const struct object *key, CK_BYTE *signature, CK_ULONG length)
{
	CK_BYTE digest[DIGEST_LIMIT], made[SIGNATURE_LIMIT];
	const CK_BYTE *input = NULL;
	CK_ULONG input_length = 0;
	struct gost_key gost;
	CK_RV result = finish_input(session, digest, &input, &input_length);
	if (result != CKR_OK)
		return result;
	bool signed_ = get_ulong(key, CKA_KEY_TYPE) == CKK_RSA ? sign_rsa(key, session->operation_hash != NULL, input, input_length, made)
		: read_gost_key(&gost, key, ATTR_HIDDEN_PRIVATE, 1) && sign_gost(&gost, input, made);
	ERR_clear_error();
	if (!signed_)
		return CKR_FUNCTION_FAILED;
	memcpy(signature, made, length);
	if (take_flip())
		signature[length / 2] ^= 1;
	return CKR_OK;
}

/* C_Sign and C_SignFinal. Asking for the length, or a buffer too small, leaves the operation as it was. */
static CK_RV sign(struct session *session, const CK_BYTE *data, CK_ULONG data_length, CK_BYTE *signature, CK_ULONG *length)
{
	if (session->operation != OPERATION_SIGN)
		return CKR_OPERATION_NOT_INITIALIZED;
	if (session->needs_context_login || session->token->login != LOGIN_USER)
		return CKR_USER_NOT_LOGGED_IN;
	const struct object *key = find_object(session->token, session->key);
	if (!key) {
		end_operation(session);
		return CKR_KEY_HANDLE_INVALID;
	}
	CK_ULONG given = *length;
	*length = signature_length(key);
	if (!signature)
		return CKR_OK;
	if (given < *length)
		return CKR_BUFFER_TOO_SMALL;
	CK_RV result = take_part(session, data, data_length);
	if (result == CKR_OK)
		result = make_signature(session, key, signature, *length);
	end_operation(session);
	return result;
}

static bool is_genuine(const struct session *session, const struct object *key, const CK_BYTE *input, CK_ULONG input_length, const CK_BYTE *signature)
{
	struct gost_key gost;
	if (get_ulong(key, CKA_KEY_TYPE) == CKK_RSA)
		return verify_rsa(key, session->operation_hash != NULL, input, input_length, signature, signature_length(key));
	return read_gost_key(&gost, key, CKA_VALUE, 2) && verify_gost(&gost, input, signature);
}

static CK_RV verify(struct session *session, const CK_BYTE *data, CK_ULONG data_length, const CK_BYTE *signature, CK_ULONG length)
{
	CK_BYTE digest[DIGEST_LIMIT];
	const CK_BYTE *input = NULL;
	CK_ULONG input_length = 0;
	if (session->operation != OPERATION_VERIFY)
		return CKR_OPERATION_NOT_INITIALIZED;
	const struct object *key = find_object(session->token, session->key);
	CK_RV result = key ? take_part(session, data, data_length) : CKR_KEY_HANDLE_INVALID;
	if (result == CKR_OK)
		result = finish_input(session, digest, &input, &input_length);
	if (result == CKR_OK && length != signature_length(key))
		result = CKR_SIGNATURE_LEN_RANGE;
	if (result == CKR_OK && !is_genuine(session, key, input, input_length, signature))
		result = CKR_SIGNATURE_INVALID;
	ERR_clear_error();
	end_operation(session);
	return result;
}

static CK_RV initialise(const char *function, CK_SESSION_HANDLE handle, enum operation operation, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
	struct session *session;
	CK_RV result = enter_session(function, handle, &session);
	if (result != CKR_OK)
		return result;
	if (mechanism)
		result = start_operation(session, operation, mechanism, key);
	else /* the standard's way to give up an operation */
		end_operation(session);
	return leave_session(function, session, result);
}

static CK_RV add_part(const char *function, CK_SESSION_HANDLE handle, enum operation operation, const CK_BYTE *part, CK_ULONG length)
{
	struct session *session;
	if (!part && length)
		return CKR_ARGUMENTS_BAD;
	CK_RV result = enter_session(function, handle, &session);
	if (result != CKR_OK)
		return result;
	if (session->operation != operation)
		return leave_session(function, session, CKR_OPERATION_NOT_INITIALIZED);
	session->operation_started = true;
	result = take_part(session, part, length);
	if (result != CKR_OK)
		end_operation(session);
	return leave_session(function, session, result);
}

CK_RV C_SignInit(CK_SESSION_HANDLE handle, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
	return initialise(__func__, handle, OPERATION_SIGN, mechanism, key);
}

CK_RV C_VerifyInit(CK_SESSION_HANDLE handle, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
	return initialise(__func__, handle, OPERATION_VERIFY, mechanism, key);
}

CK_RV C_SignUpdate(CK_SESSION_HANDLE handle, CK_BYTE *part, CK_ULONG length)
{
	return add_part(__func__, handle, OPERATION_SIGN, part, length);
}

CK_RV C_VerifyUpdate(CK_SESSION_HANDLE handle, CK_BYTE *part, CK_ULONG length)
{
	return add_part(__func__, handle, OPERATION_VERIFY, part, length);
}

CK_RV C_Sign(CK_SESSION_HANDLE handle, CK_BYTE *data, CK_ULONG data_length, CK_BYTE *signature, CK_ULONG *length)
{
	struct session *session;
	if (!length || (!data && data_length))
		return CKR_ARGUMENTS_BAD;
	CK_RV result = enter_session(__func__, handle, &session);
	if (result != CKR_OK)
		return result;
	result = session->operation_started ? CKR_OPERATION_ACTIVE : sign(session, data, data_length, signature, length);
	return leave_session(__func__, session, result);
}

CK_RV C_SignFinal(CK_SESSION_HANDLE handle, CK_BYTE *signature, CK_ULONG *length)
{
	struct session *session;
	if (!length)
		return CKR_ARGUMENTS_BAD;
	CK_RV result = enter_session(__func__, handle, &session);
	if (result != CKR_OK)
		return result;
	return leave_session(__func__, session, sign(session, NULL, 0, signature, length));
}

CK_RV C_Verify(CK_SESSION_HANDLE handle, CK_BYTE *data, CK_ULONG data_length, CK_BYTE *signature, CK_ULONG length)
{
	struct session *session;
	if (!signature || (!data && data_length))
		return CKR_ARGUMENTS_BAD;
	CK_RV result = enter_session(__func__, handle, &session);
	if (result != CKR_OK)
		return result;
	result = session->operation_started ? CKR_OPERATION_ACTIVE : verify(session, data, data_length, signature, length);
	return leave_session(__func__, session, result);
}

CK_RV C_VerifyFinal(CK_SESSION_HANDLE handle, CK_BYTE *signature, CK_ULONG length)
{
	struct session *session;
	if (!signature)
		return CKR_ARGUMENTS_BAD;
	CK_RV result = enter_session(__func__, handle, &session);
	if (result != CKR_OK)
		return result;
	return leave_session(__func__, session, verify(session, NULL, 0, signature, length));
}
