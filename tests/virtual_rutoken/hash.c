/* A hash in work, whichever it is: Streebog is ours, SHA-256 is libcrypto's. */
#include "virtual_rutoken.h"

#include <openssl/evp.h>
#include <stdlib.h>

struct hash {
	CK_MECHANISM_TYPE mechanism;
	int streebog_bits; /* 0: SHA-256 */
	CK_ULONG length;
};
static const struct hash HASHES[] = {
	{MECH_STREEBOG256, 256, 32}, {MECH_GOST256_WITH_HASH, 256, 32}, {MECH_STREEBOG512, 512, 64},
	{MECH_GOST512_WITH_HASH, 512, 64}, {CKM_SHA256, 0, 32}, {CKM_SHA256_RSA_PKCS, 0, 32},
};

struct hash_run {
	const struct hash *hash;
	struct streebog streebog;
	EVP_MD_CTX *sha256;
};

static const struct hash *find_hash(CK_MECHANISM_TYPE mechanism)
{
	for (size_t i = 0; i < COUNT_OF(HASHES); i++)
		if (HASHES[i].mechanism == mechanism)
			return &HASHES[i];
	return NULL;
}

bool mechanism_hashes(CK_MECHANISM_TYPE mechanism) { return find_hash(mechanism) != NULL; }
CK_ULONG hash_length(const struct hash_run *run) { return run->hash->length; }

struct hash_run *start_hash(CK_MECHANISM_TYPE mechanism)
{
	struct hash_run *run = calloc(1, sizeof *run);
	if (!run)
		return NULL;
	run->hash = find_hash(mechanism);
	if (run->hash->streebog_bits) {
		streebog_start(&run->streebog, run->hash->streebog_bits);
		return run;
	}
	run->sha256 = EVP_MD_CTX_new();
	if (!run->sha256 || !EVP_DigestInit_ex(run->sha256, EVP_sha256(), NULL)) {
		free_hash(run);
		return NULL;
	}
	return run;
}

bool update_hash(struct hash_run *run, const CK_BYTE *part, CK_ULONG length)
{
	if (run->sha256)
		return EVP_DigestUpdate(run->sha256, part, length);
	streebog_update(&run->streebog, part, length);
	return true;
}

bool finish_hash(struct hash_run *run, CK_BYTE *digest)
{
	if (run->sha256)
		return EVP_DigestFinal_ex(run->sha256, digest, NULL);
	streebog_finish(&run->streebog, digest);
	return true;
}

void free_hash(struct hash_run *run)
{
	if (run)
		EVP_MD_CTX_free(run->sha256);
	free(run);
}
