/* The door of every exported function: injected faults first, then the lock, then the checks all functions share. */
#include "virtual_rutoken.h"

#include <pthread.h>

static pthread_mutex_t module_lock = PTHREAD_MUTEX_INITIALIZER;
static bool started;

void lock_module(void) { pthread_mutex_lock(&module_lock); }
void unlock_module(void) { pthread_mutex_unlock(&module_lock); }
bool module_is_started(void) { return started; }

CK_RV start_module(void)
{
	if (started)
		return CKR_CRYPTOKI_ALREADY_INITIALIZED;
	if (!make_slot_folders())
		return CKR_FUNCTION_FAILED;
	CK_RV result = open_events();
	if (result != CKR_OK)
		return result;
	for (CK_SLOT_ID slot = 0; slot < SLOT_COUNT; slot++) {
		struct token *token = token_of_slot(slot);
		token->slot = slot;
		token->lock = -1;
		token->insertion = look_into_slot(slot);
		token->reported = token->insertion;
	}
	open_spent();
	started = true;
	return CKR_OK;
}

CK_RV stop_module(void)
{
	if (!started)
		return CKR_CRYPTOKI_NOT_INITIALIZED;
	started = false;
	close_events(); /* wakes the waiting threads; the lock is let go meanwhile */
	close_spent();
	free_all_sessions();
	for (CK_SLOT_ID slot = 0; slot < SLOT_COUNT; slot++)
		forget_token(token_of_slot(slot));
	return CKR_OK;
}

/* A fault acts outside the lock: a function that hangs must not stop the others from hanging by themselves. */
static long slot_of_session(CK_SESSION_HANDLE handle)
{
	lock_module();
	struct session *session = started ? find_session(handle) : NULL;
	long slot = session ? (long)session->token->slot : -1;
	unlock_module();
	return slot;
}

CK_RV enter_module(const char *function)
{
	start_clock();
	CK_RV fault = meet_fault(function, -1);
	if (fault != CKR_OK)
		return fault;
	lock_module();
	if (started)
		return CKR_OK;
	unlock_module();
	return CKR_CRYPTOKI_NOT_INITIALIZED;
}

CK_RV leave_module(const char *function, CK_RV result)
{
	stop_clock(function);
	unlock_module();
	return result;
}

static CK_RV take_token(struct token *token)
{
	notice_insertion(token);
	if (!token_is_present(token))
		return CKR_TOKEN_NOT_PRESENT;
	lock_token(token);
	CK_RV result = refresh_token(token);
	if (result != CKR_OK)
		unlock_token(token);
	return result;
}

CK_RV enter_slot(const char *function, CK_SLOT_ID slot, struct token **token)
{
	start_clock();
	CK_RV result = meet_fault(function, (long)slot);
	if (result != CKR_OK)
		return result;
	lock_module();
	if (!started)
		result = CKR_CRYPTOKI_NOT_INITIALIZED;
	else if (slot >= SLOT_COUNT)
		result = CKR_SLOT_ID_INVALID;
	else
		result = take_token(*token = token_of_slot(slot));
	if (result != CKR_OK)
		unlock_module();
	return result;
}

CK_RV leave_slot(const char *function, struct token *token, CK_RV result)
{
	unlock_token(token);
	return leave_module(function, result);
}

CK_RV enter_session(const char *function, CK_SESSION_HANDLE handle, struct session **session)
{
	start_clock();
	CK_RV result = meet_fault(function, slot_of_session(handle));
	if (result != CKR_OK)
		return result;
	lock_module();
	struct session *found = started ? find_session(handle) : NULL;
	if (!started)
		result = CKR_CRYPTOKI_NOT_INITIALIZED;
	else if (!found)
		result = CKR_SESSION_HANDLE_INVALID;
	else
		result = take_token(found->token);
	if (result == CKR_OK && !same_insertion(&found->insertion, &found->token->insertion)) {
		unlock_token(found->token);
		result = CKR_TOKEN_NOT_PRESENT;
	}
	if (result == CKR_TOKEN_NOT_PRESENT) { /* told once; the handle is dead afterwards */
		free_session(found);
		result = CKR_DEVICE_REMOVED;
	}
	if (result != CKR_OK)
		unlock_module();
	*session = found;
	return result;
}

CK_RV leave_session(const char *function, struct session *session, CK_RV result)
{
	return leave_slot(function, session->token, result);
}
