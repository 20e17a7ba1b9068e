/* Sessions of this process. Handles are never used twice, so that a stale one is noticed. */
#include "virtual_rutoken.h"

#include <stdlib.h>
#include <string.h>

static struct session sessions[SESSION_LIMIT];
static CK_SESSION_HANDLE last_handle;

struct session *find_session(CK_SESSION_HANDLE handle)
{
	for (int i = 0; handle != 0 && i < SESSION_LIMIT; i++)
		if (sessions[i].handle == handle)
			return &sessions[i];
	return NULL;
}

void end_operation(struct session *session)
{
	free_hash(session->operation_hash);
	free(session->collected);
	session->operation_hash = NULL;
	session->collected = NULL;
	session->collected_length = 0;
	session->operation = OPERATION_NONE;
	session->operation_started = session->needs_context_login = false;
}

void free_session(struct session *session)
{
	end_operation(session);
	free_hash(session->digest);
	free(session->found);
	struct token *token = session->token;
	memset(session, 0, sizeof *session);
	session->token = token; /* whoever is leaving the session still has to unlock its token */
}

void free_all_sessions(void)
{
	for (int i = 0; i < SESSION_LIMIT; i++)
		free_session(&sessions[i]);
}

/* A session outlives its token only to say so once. */
static bool is_live(const struct session *session)
{
	return session->handle && same_insertion(&session->insertion, &session->token->insertion);
}

static int count_where(const struct token *token, bool read_only_only)
{
	int count_ = 0;
	for (int i = 0; i < SESSION_LIMIT; i++)
		if (is_live(&sessions[i]) && sessions[i].token == token && !(read_only_only && session_is_writable(&sessions[i])))
			count_++;
	return count_;
}

int count_sessions(const struct token *token) { return count_where(token, false); }
int count_read_only_sessions(const struct token *token) { return count_where(token, true); }
bool session_is_writable(const struct session *session) { return session->flags & CKF_RW_SESSION; }

static struct session *free_place(void)
{
	for (int i = 0; i < SESSION_LIMIT; i++)
		if (!sessions[i].handle)
			return &sessions[i];
	for (int i = 0; i < SESSION_LIMIT; i++)
		if (!is_live(&sessions[i])) {
			free_session(&sessions[i]);
			return &sessions[i];
		}
	return NULL;
}

CK_RV C_OpenSession(CK_SLOT_ID slot, CK_FLAGS flags, void *application, CK_NOTIFY notify, CK_SESSION_HANDLE *handle)
{
	struct token *token;
	(void)application;
	(void)notify;
	if (!handle)
		return CKR_ARGUMENTS_BAD;
	CK_RV result = enter_slot(__func__, slot, &token);
	if (result != CKR_OK)
		return result;
	struct session *session = free_place();
	if (!(flags & CKF_SERIAL_SESSION))
		return leave_slot(__func__, token, CKR_SESSION_PARALLEL_NOT_SUPPORTED);
	if (!session)
		return leave_slot(__func__, token, CKR_SESSION_COUNT);
	if (token->login == LOGIN_SO && !(flags & CKF_RW_SESSION))
		return leave_slot(__func__, token, CKR_SESSION_READ_WRITE_SO_EXISTS);
	memset(session, 0, sizeof *session);
	session->handle = *handle = ++last_handle;
	session->token = token;
	session->insertion = token->insertion;
	session->flags = flags;
	return leave_slot(__func__, token, CKR_OK);
}

static void log_out_when_alone(struct token *token)
{
	if (count_sessions(token) == 0)
		token->login = LOGIN_NONE;
}

CK_RV C_CloseSession(CK_SESSION_HANDLE handle)
{
	struct session *session;
	CK_RV result = enter_session(__func__, handle, &session);
	if (result != CKR_OK)
		return result;
	free_session(session);
	log_out_when_alone(session->token);
	return leave_session(__func__, session, CKR_OK);
}

CK_RV C_CloseAllSessions(CK_SLOT_ID slot)
{
	struct token *token;
	CK_RV result = enter_slot(__func__, slot, &token);
	if (result != CKR_OK)
		return result;
	for (int i = 0; i < SESSION_LIMIT; i++)
		if (sessions[i].handle && sessions[i].token == token)
			free_session(&sessions[i]);
	log_out_when_alone(token);
	return leave_slot(__func__, token, CKR_OK);
}

CK_RV C_GetSessionInfo(CK_SESSION_HANDLE handle, CK_SESSION_INFO *info)
{
	static const CK_STATE states[][2] = {
		[LOGIN_NONE] = {CKS_RO_PUBLIC_SESSION, CKS_RW_PUBLIC_SESSION},
		[LOGIN_USER] = {CKS_RO_USER_FUNCTIONS, CKS_RW_USER_FUNCTIONS},
		[LOGIN_SO] = {CKS_RW_SO_FUNCTIONS, CKS_RW_SO_FUNCTIONS},
	};
	struct session *session;
	if (!info)
		return CKR_ARGUMENTS_BAD;
	CK_RV result = enter_session(__func__, handle, &session);
	if (result != CKR_OK)
		return result;
	info->slotID = session->token->slot;
	info->flags = session->flags;
	info->state = states[session->token->login][session_is_writable(session)];
	info->ulDeviceError = 0;
	return leave_session(__func__, session, CKR_OK);
}
