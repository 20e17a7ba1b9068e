/* Hashing on the token, and its random numbers. */
#include "virtual_rutoken.h"

#include <openssl/rand.h>

CK_RV C_DigestInit(CK_SESSION_HANDLE handle, CK_MECHANISM *mechanism)
{
	struct session *session;
	if (!mechanism)
		return CKR_ARGUMENTS_BAD;
	CK_RV result = enter_session(__func__, handle, &session);
	if (result != CKR_OK)
		return result;
	const struct mechanism *known = find_mechanism(mechanism->mechanism);
	if (!known || !(known->flags & CKF_DIGEST) || token_is_passive(session->token))
		return leave_session(__func__, session, CKR_MECHANISM_INVALID);
	if (session->digest)
		return leave_session(__func__, session, CKR_OPERATION_ACTIVE);
	session->digest = start_hash(mechanism->mechanism);
	return leave_session(__func__, session, session->digest ? CKR_OK : CKR_HOST_MEMORY);
}

static CK_RV update(struct session *session, const CK_BYTE *part, CK_ULONG length)
{
	return update_hash(session->digest, part, length) ? CKR_OK : CKR_FUNCTION_FAILED;
}

CK_RV C_DigestUpdate(CK_SESSION_HANDLE handle, CK_BYTE *part, CK_ULONG length)
{
	struct session *session;
	if (!part && length)
		return CKR_ARGUMENTS_BAD;
	CK_RV result = enter_session(__func__, handle, &session);
	if (result != CKR_OK)
		return result;
	result = session->digest ? update(session, part, length) : CKR_OPERATION_NOT_INITIALIZED;
	return leave_session(__func__, session, result);
}

/* CKR_OK with `ready` false: only the length was asked for, the operation goes on. */
static CK_RV check_room(const struct session *session, const CK_BYTE *digest, CK_ULONG *length, bool *ready)
{
	*ready = false;
	if (!session->digest)
		return CKR_OPERATION_NOT_INITIALIZED;
	CK_ULONG needed = hash_length(session->digest);
	CK_RV result = digest && *length < needed ? CKR_BUFFER_TOO_SMALL : CKR_OK;
	*ready = digest && result == CKR_OK;
	*length = needed;
	return result;
}

static CK_RV finish(struct session *session, CK_BYTE *digest)
{
	bool done = finish_hash(session->digest, digest);
	free_hash(session->digest);
	session->digest = NULL;
	if (done && take_flip())
		digest[0] ^= 1;
	return done ? CKR_OK : CKR_FUNCTION_FAILED;
}

CK_RV C_DigestFinal(CK_SESSION_HANDLE handle, CK_BYTE *digest, CK_ULONG *length)
{
	struct session *session;
	bool ready;
	if (!length)
		return CKR_ARGUMENTS_BAD;
	CK_RV result = enter_session(__func__, handle, &session);
	if (result != CKR_OK)
		return result;
	result = check_room(session, digest, length, &ready);
	return leave_session(__func__, session, ready ? finish(session, digest) : result);
}

CK_RV C_Digest(CK_SESSION_HANDLE handle, CK_BYTE *data, CK_ULONG data_length, CK_BYTE *digest, CK_ULONG *length)
{
	struct session *session;
	bool ready;
	if (!length || (!data && data_length))
		return CKR_ARGUMENTS_BAD;
	CK_RV result = enter_session(__func__, handle, &session);
	if (result != CKR_OK)
		return result;
	result = check_room(session, digest, length, &ready);
	if (ready)
		result = update(session, data, data_length);
	return leave_session(__func__, session, ready && result == CKR_OK ? finish(session, digest) : result);
}

CK_RV C_GenerateRandom(CK_SESSION_HANDLE handle, CK_BYTE *bytes, CK_ULONG length)
{
	struct session *session;
	if (!bytes)
		return CKR_ARGUMENTS_BAD;
	CK_RV result = enter_session(__func__, handle, &session);
	if (result != CKR_OK)
		return result;
	return leave_session(__func__, session, RAND_bytes(bytes, (int)length) > 0 ? CKR_OK : CKR_FUNCTION_FAILED);
}

CK_RV C_SeedRandom(CK_SESSION_HANDLE handle, CK_BYTE *seed, CK_ULONG length)
{
	struct session *session;
	(void)seed;
	(void)length;
	CK_RV result = enter_session(__func__, handle, &session);
	return result != CKR_OK ? result : leave_session(__func__, session, CKR_RANDOM_SEED_NOT_SUPPORTED);
}
