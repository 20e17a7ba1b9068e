/* RSA keys through libcrypto. The private half is kept as PKCS#8, the public half as SubjectPublicKeyInfo. */
#include "virtual_rutoken.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

EVP_PKEY *generate_rsa_key(CK_ULONG bits)
{
	EVP_PKEY *key = NULL;
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, NULL);
	bool made = context && EVP_PKEY_keygen_init(context) > 0 && EVP_PKEY_CTX_set_rsa_keygen_bits(context, (int)bits) > 0
		&& EVP_PKEY_keygen(context, &key) > 0;
	EVP_PKEY_CTX_free(context);
	return made ? key : NULL;
}

static bool keep_number(EVP_PKEY *key, const char *name, CK_ATTRIBUTE_TYPE type, struct object *public_key, struct object *private_key)
{
	BIGNUM *number = NULL;
	CK_BYTE bytes[SIGNATURE_LIMIT];
	bool fits = EVP_PKEY_get_bn_param(key, name, &number) && BN_num_bytes(number) <= (int)sizeof bytes;
	if (fits) {
		CK_ULONG length = (CK_ULONG)BN_bn2bin(number, bytes);
		set_attribute(public_key, type, bytes, length);
		set_attribute(private_key, type, bytes, length);
	}
	BN_free(number);
	return fits;
}

bool keep_rsa_pair(EVP_PKEY *key, struct object *public_key, struct object *private_key)
{
	unsigned char *spki = NULL, *pkcs8 = NULL;
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key);
	int spki_length = i2d_PUBKEY(key, &spki);
	int pkcs8_length = info ? i2d_PKCS8_PRIV_KEY_INFO(info, &pkcs8) : -1;
	bool kept = spki_length > 0 && pkcs8_length > 0;
	if (kept) {
		set_attribute(public_key, ATTR_HIDDEN_SPKI, spki, (CK_ULONG)spki_length);
		set_attribute(private_key, ATTR_HIDDEN_PRIVATE, pkcs8, (CK_ULONG)pkcs8_length);
	}
	PKCS8_PRIV_KEY_INFO_free(info);
	OPENSSL_free(spki);
	OPENSSL_free(pkcs8);
	return kept && keep_number(key, OSSL_PKEY_PARAM_RSA_N, CKA_MODULUS, public_key, private_key)
		&& keep_number(key, OSSL_PKEY_PARAM_RSA_E, CKA_PUBLIC_EXPONENT, public_key, private_key);
}

static EVP_PKEY *key_of_object(const struct object *object)
{
	const struct attribute *private_key = get_attribute(object, ATTR_HIDDEN_PRIVATE);
	const struct attribute *public_key = get_attribute(object, ATTR_HIDDEN_SPKI);
	EVP_PKEY *key = NULL;
	if (private_key) {
		const unsigned char *place = private_key->bytes;
		PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &place, (long)private_key->length);
		key = info ? EVP_PKCS82PKEY(info) : NULL;
		PKCS8_PRIV_KEY_INFO_free(info);
	} else if (public_key) {
		const unsigned char *place = public_key->bytes;
		key = d2i_PUBKEY(NULL, &place, (long)public_key->length);
	}
	return key;
}

/* With `hashed` the input is a SHA-256 digest and libcrypto adds the DigestInfo; without, the caller has added it. */
static EVP_PKEY_CTX *prepare(const struct object *object, bool hashed, int (*start)(EVP_PKEY_CTX *))
{
	EVP_PKEY *key = key_of_object(object);
	EVP_PKEY_CTX *context = key ? EVP_PKEY_CTX_new(key, NULL) : NULL;
	EVP_PKEY_free(key);
	bool ready = context && start(context) > 0 && EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) > 0
		&& (!hashed || EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) > 0);
	if (ready)
		return context;
	EVP_PKEY_CTX_free(context);
	return NULL;
}

bool sign_rsa(const struct object *object, bool hashed, const CK_BYTE *input, CK_ULONG length, CK_BYTE *signature)
{
	size_t made = SIGNATURE_LIMIT;
	EVP_PKEY_CTX *context = prepare(object, hashed, EVP_PKEY_sign_init);
	bool done = context && EVP_PKEY_sign(context, signature, &made, input, length) > 0;
	EVP_PKEY_CTX_free(context);
	return done;
}

bool verify_rsa(const struct object *object, bool hashed, const CK_BYTE *input, CK_ULONG length, const CK_BYTE *signature, CK_ULONG signature_length)
{
	EVP_PKEY_CTX *context = prepare(object, hashed, EVP_PKEY_verify_init);
	bool good = context && EVP_PKEY_verify(context, signature, signature_length, input, length) == 1;
	EVP_PKEY_CTX_free(context);
	return good;
}
