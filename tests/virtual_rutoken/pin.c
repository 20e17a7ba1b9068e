/* PINs, their counters and the SO. A wrong PIN costs an attempt before the answer is given, as on the device. */
#include "virtual_rutoken.h"

#include <string.h>

static const char FACTORY_USER_PIN[] = "12345678";

static bool same_pin(const char *kept, const CK_BYTE *pin, CK_ULONG length)
{
	return pin && strlen(kept) == length && memcmp(kept, pin, length) == 0;
}

static void keep_pin(char *kept, const CK_BYTE *pin, CK_ULONG length)
{
	memcpy(kept, pin, length);
	kept[length] = 0;
}

/* A PIN pad asks for the PIN by itself; ours always types the right one. */
static bool typed_on_reader(const struct token *token, const CK_BYTE *pin) { return token->protected_path && !pin; }

static CK_RV spend_attempt(struct token *token, CK_ULONG *tries)
{
	--*tries;
	CK_RV result = save_conf(token);
	if (result != CKR_OK)
		return result;
	return *tries ? CKR_PIN_INCORRECT : CKR_PIN_LOCKED;
}

static CK_RV restore_attempts(struct token *token, CK_ULONG *tries, CK_ULONG most)
{
	if (*tries == most)
		return CKR_OK;
	*tries = most;
	return save_conf(token);
}

CK_RV check_user_pin(struct token *token, const CK_BYTE *pin, CK_ULONG length)
{
	if (!*token->user_pin)
		return CKR_USER_PIN_NOT_INITIALIZED;
	if (token->user_tries == 0)
		return CKR_PIN_LOCKED;
	if (!typed_on_reader(token, pin) && !same_pin(token->user_pin, pin, length))
		return spend_attempt(token, &token->user_tries);
	return restore_attempts(token, &token->user_tries, token->user_tries_max);
}

static CK_RV check_so_pin(struct token *token, const CK_BYTE *pin, CK_ULONG length)
{
	if (token->so_tries == 0)
		return CKR_PIN_LOCKED;
	if (!same_pin(token->so_pin, pin, length))
		return spend_attempt(token, &token->so_tries);
	return restore_attempts(token, &token->so_tries, token->so_tries_max);
}

static CK_RV log_in(struct session *session, enum login login, const CK_BYTE *pin, CK_ULONG length)
{
	struct token *token = session->token;
	if (token->login == login)
		return CKR_USER_ALREADY_LOGGED_IN;
	if (token->login != LOGIN_NONE)
		return CKR_USER_ANOTHER_ALREADY_LOGGED_IN;
	if (login == LOGIN_SO && count_read_only_sessions(token) > 0)
		return CKR_SESSION_READ_ONLY_EXISTS;
	CK_RV result = login == LOGIN_SO ? check_so_pin(token, pin, length) : check_user_pin(token, pin, length);
	if (result == CKR_OK)
		token->login = login;
	return result;
}

/* For keys with CKA_ALWAYS_AUTHENTICATE: the PIN again, between C_SignInit and C_Sign. */
static CK_RV log_in_for_key(struct session *session, const CK_BYTE *pin, CK_ULONG length)
{
	if (!session->needs_context_login)
		return CKR_OPERATION_NOT_INITIALIZED;
	CK_RV result = check_user_pin(session->token, pin, length);
	session->needs_context_login = result != CKR_OK;
	return result;
}

CK_RV C_Login(CK_SESSION_HANDLE handle, CK_USER_TYPE user, CK_BYTE *pin, CK_ULONG length)
{
	struct session *session;
	CK_RV result = enter_session(__func__, handle, &session);
	if (result != CKR_OK)
		return result;
	if (!pin && !session->token->protected_path)
		result = CKR_ARGUMENTS_BAD;
	else if (user == CKU_CONTEXT_SPECIFIC)
		result = log_in_for_key(session, pin, length);
	else if (user == CKU_USER || user == CKU_SO)
		result = log_in(session, user == CKU_SO ? LOGIN_SO : LOGIN_USER, pin, length);
	else
		result = CKR_USER_TYPE_INVALID;
	return leave_session(__func__, session, result);
}

CK_RV C_Logout(CK_SESSION_HANDLE handle)
{
	struct session *session;
	CK_RV result = enter_session(__func__, handle, &session);
	if (result != CKR_OK)
		return result;
	if (session->token->login == LOGIN_NONE)
		result = CKR_USER_NOT_LOGGED_IN;
	session->token->login = LOGIN_NONE;
	return leave_session(__func__, session, result);
}

static CK_RV change_pin(struct token *token, const CK_BYTE *old, CK_ULONG old_length, const CK_BYTE *pin, CK_ULONG length)
{
	bool so = token->login == LOGIN_SO;
	CK_RV result = so ? check_so_pin(token, old, old_length) : check_user_pin(token, old, old_length);
	if (result != CKR_OK)
		return result;
	keep_pin(so ? token->so_pin : token->user_pin, pin, length);
	if (!so)
		token->user_pin_initial = false;
	return save_conf(token);
}

CK_RV C_SetPIN(CK_SESSION_HANDLE handle, CK_BYTE *old, CK_ULONG old_length, CK_BYTE *pin, CK_ULONG length)
{
	struct session *session;
	CK_RV result = enter_session(__func__, handle, &session);
	if (result != CKR_OK)
		return result;
	if (!old || !pin)
		result = CKR_ARGUMENTS_BAD;
	else if (!session_is_writable(session))
		result = CKR_SESSION_READ_ONLY;
	else if (length < PIN_MIN || length > PIN_MAX)
		result = CKR_PIN_LEN_RANGE;
	else
		result = change_pin(session->token, old, old_length, pin, length);
	return leave_session(__func__, session, result);
}

CK_RV C_InitPIN(CK_SESSION_HANDLE handle, CK_BYTE *pin, CK_ULONG length)
{
	struct session *session;
	CK_RV result = enter_session(__func__, handle, &session);
	if (result != CKR_OK)
		return result;
	struct token *token = session->token;
	if (token->login != LOGIN_SO)
		return leave_session(__func__, session, CKR_USER_NOT_LOGGED_IN);
	if (!pin)
		return leave_session(__func__, session, CKR_ARGUMENTS_BAD);
	if (length < PIN_MIN || length > PIN_MAX)
		return leave_session(__func__, session, CKR_PIN_LEN_RANGE);
	keep_pin(token->user_pin, pin, length);
	token->user_pin_initial = strcmp(token->user_pin, FACTORY_USER_PIN) == 0;
	token->user_tries = token->user_tries_max;
	return leave_session(__func__, session, save_conf(token));
}

CK_RV C_InitToken(CK_SLOT_ID slot, CK_BYTE *pin, CK_ULONG length, unsigned char *label)
{
	struct token *token;
	if (!pin || !label)
		return CKR_ARGUMENTS_BAD;
	CK_RV result = enter_slot(__func__, slot, &token);
	if (result != CKR_OK)
		return result;
	result = count_sessions(token) > 0 ? CKR_SESSION_EXISTS : check_so_pin(token, pin, length);
	if (result == CKR_OK) {
		initialise_user_state(token);
		memcpy(token->label, label, 32);
		for (int end = 32; end > 0 && (token->label[end] == 0 || token->label[end] == ' '); end--)
			token->label[end] = 0;
		result = save_conf(token);
	}
	if (result == CKR_OK)
		result = save_objects(token);
	return leave_slot(__func__, token, result);
}
