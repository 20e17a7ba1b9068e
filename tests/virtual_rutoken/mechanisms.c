/* What the token can compute: one table, a row per mechanism. */
#include "virtual_rutoken.h"

#define NO_KEY (~0UL)
#define SIGNS (CKF_HW | CKF_SIGN | CKF_VERIFY)
#define DIGESTS (CKF_HW | CKF_DIGEST)
#define MAKES_KEYS (CKF_HW | CKF_GENERATE_KEY_PAIR)

static const struct mechanism MECHANISMS[] = {
	{CKM_RSA_PKCS_KEY_PAIR_GEN, CKK_RSA, 1024, 4096, MAKES_KEYS, 0},
	{CKM_RSA_PKCS, CKK_RSA, 1024, 4096, SIGNS, 0},
	{CKM_SHA256_RSA_PKCS, CKK_RSA, 1024, 4096, SIGNS, 0},
	{MECH_GOST256_KEY_PAIR_GEN, KEY_TYPE_GOST256, 256, 256, MAKES_KEYS, 0},
	{MECH_GOST256, KEY_TYPE_GOST256, 256, 256, SIGNS, 32},
	{MECH_GOST256_WITH_HASH, KEY_TYPE_GOST256, 256, 256, SIGNS, 0},
	{MECH_GOST512_KEY_PAIR_GEN, KEY_TYPE_GOST512, 512, 512, MAKES_KEYS, 0},
	{MECH_GOST512, KEY_TYPE_GOST512, 512, 512, SIGNS, 64},
	{MECH_GOST512_WITH_HASH, KEY_TYPE_GOST512, 512, 512, SIGNS, 0},
	{MECH_STREEBOG256, NO_KEY, 0, 0, DIGESTS, 0},
	{MECH_STREEBOG512, NO_KEY, 0, 0, DIGESTS, 0},
	{CKM_SHA256, NO_KEY, 0, 0, DIGESTS, 0},
};

const struct mechanism *find_mechanism(CK_MECHANISM_TYPE type)
{
	for (size_t i = 0; i < COUNT_OF(MECHANISMS); i++)
		if (MECHANISMS[i].type == type)
			return &MECHANISMS[i];
	return NULL;
}

CK_RV C_GetMechanismList(CK_SLOT_ID slot, CK_MECHANISM_TYPE *list, CK_ULONG *length)
{
	struct token *token;
	if (!length)
		return CKR_ARGUMENTS_BAD;
	CK_RV result = enter_slot(__func__, slot, &token);
	if (result != CKR_OK)
		return result;
	CK_ULONG known = token_is_passive(token) ? 0 : COUNT_OF(MECHANISMS);
	if (list && *length < known)
		result = CKR_BUFFER_TOO_SMALL;
	for (CK_ULONG i = 0; list && result == CKR_OK && i < known; i++)
		list[i] = MECHANISMS[i].type;
	*length = known;
	return leave_slot(__func__, token, result);
}

CK_RV C_GetMechanismInfo(CK_SLOT_ID slot, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO *info)
{
	struct token *token;
	if (!info)
		return CKR_ARGUMENTS_BAD;
	CK_RV result = enter_slot(__func__, slot, &token);
	if (result != CKR_OK)
		return result;
	const struct mechanism *mechanism = find_mechanism(type);
	if (!mechanism || token_is_passive(token))
		return leave_slot(__func__, token, CKR_MECHANISM_INVALID);
	*info = (CK_MECHANISM_INFO){mechanism->min_bits, mechanism->max_bits, mechanism->flags};
	return leave_slot(__func__, token, CKR_OK);
}
