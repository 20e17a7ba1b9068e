/* Slots and what is in them. A token is in slot N while the file slotN/present exists. */
#include "virtual_rutoken.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static struct token tokens[SLOT_COUNT];

struct token *token_of_slot(CK_SLOT_ID slot) { return &tokens[slot]; }

void pad_text(unsigned char *field, const char *text, size_t size)
{
	size_t length = strlen(text);
	memset(field, ' ', size);
	memcpy(field, text, length < size ? length : size);
}

struct insertion look_into_slot(CK_SLOT_ID slot)
{
	char path[PATH_LIMIT];
	struct stat facts;
	struct insertion insertion = {0};
	slot_path(path, slot, "present");
	if (stat(path, &facts) == 0) {
		insertion.inode = facts.st_ino;
		insertion.changed_at = facts.st_ctim;
	}
	return insertion;
}

bool same_insertion(const struct insertion *a, const struct insertion *b)
{
	return a->inode == b->inode && a->changed_at.tv_sec == b->changed_at.tv_sec && a->changed_at.tv_nsec == b->changed_at.tv_nsec;
}

bool token_is_present(const struct token *token) { return token->insertion.inode != 0; }

/* A Rutoken Lite is a store of files: it computes nothing. */
bool token_is_passive(const struct token *token) { return strstr(token->model, "lite") || strstr(token->model, "Lite"); }

/* A token that was out forgets who was logged in and every session object. */
void notice_insertion(struct token *token)
{
	struct insertion now = look_into_slot(token->slot);
	if (same_insertion(&now, &token->insertion))
		return;
	forget_token(token);
	token->insertion = now;
}

CK_RV C_GetSlotList(unsigned char token_present, CK_SLOT_ID *list, CK_ULONG *length)
{
	if (!length)
		return CKR_ARGUMENTS_BAD;
	CK_RV result = enter_module(__func__);
	if (result != CKR_OK)
		return result;
	CK_ULONG found = 0;
	for (CK_SLOT_ID slot = 0; slot < SLOT_COUNT; slot++) {
		notice_insertion(&tokens[slot]);
		if (token_present && !token_is_present(&tokens[slot]))
			continue;
		if (list && found < *length)
			list[found] = slot;
		found++;
	}
	if (list && found > *length)
		result = CKR_BUFFER_TOO_SMALL;
	*length = found;
	return leave_module(__func__, result);
}

CK_RV C_GetSlotInfo(CK_SLOT_ID slot, CK_SLOT_INFO *info)
{
	if (!info)
		return CKR_ARGUMENTS_BAD;
	CK_RV result = enter_module(__func__);
	if (result != CKR_OK)
		return result;
	if (slot >= SLOT_COUNT)
		return leave_module(__func__, CKR_SLOT_ID_INVALID);
	char description[65] = "";
	notice_insertion(&tokens[slot]);
	bool present = token_is_present(&tokens[slot]);
	if (present)
		snprintf(description, sizeof description, "Aktiv Rutoken ECP %02lu 00", slot);
	memset(info, 0, sizeof *info);
	pad_text(info->slotDescription, description, sizeof info->slotDescription);
	pad_text(info->manufacturerID, "", sizeof info->manufacturerID);
	info->flags = CKF_REMOVABLE_DEVICE | CKF_HW_SLOT | (present ? CKF_TOKEN_PRESENT : 0);
	return leave_module(__func__, CKR_OK);
}

/* Rutoken sets COUNT_LOW once an attempt was lost, FINAL_TRY before the last one, TO_BE_CHANGED while the factory PIN is set. */
static CK_FLAGS pin_flags(const struct token *token)
{
	CK_FLAGS flags = 0;
	if (*token->user_pin)
		flags |= CKF_USER_PIN_INITIALIZED;
	if (token->user_pin_initial)
		flags |= CKF_USER_PIN_TO_BE_CHANGED;
	if (token->user_tries == 0)
		flags |= CKF_USER_PIN_LOCKED;
	else if (token->user_tries < token->user_tries_max)
		flags |= CKF_USER_PIN_COUNT_LOW;
	if (token->user_tries == 1)
		flags |= CKF_USER_PIN_FINAL_TRY;
	if (token->so_tries == 0)
		flags |= CKF_SO_PIN_LOCKED;
	else if (token->so_tries < token->so_tries_max)
		flags |= CKF_SO_PIN_COUNT_LOW;
	if (token->so_tries == 1)
		flags |= CKF_SO_PIN_FINAL_TRY;
	return flags;
}

CK_RV C_GetTokenInfo(CK_SLOT_ID slot, CK_TOKEN_INFO *info)
{
	struct token *token;
	if (!info)
		return CKR_ARGUMENTS_BAD;
	CK_RV result = enter_slot(__func__, slot, &token);
	if (result != CKR_OK)
		return result;
	memset(info, 0, sizeof *info);
	pad_text(info->label, token->label, sizeof info->label);
	pad_text(info->manufacturerID, token->manufacturer, sizeof info->manufacturerID);
	pad_text(info->model, token->model, sizeof info->model);
	pad_text(info->serialNumber, token->serial, sizeof info->serialNumber);
	info->flags = CKF_RNG | CKF_LOGIN_REQUIRED | CKF_TOKEN_INITIALIZED | pin_flags(token);
	if (token->protected_path)
		info->flags |= CKF_PROTECTED_AUTHENTICATION_PATH;
	info->ulSessionCount = info->ulRwSessionCount = (CK_ULONG)count_sessions(token);
	info->ulRwSessionCount -= (CK_ULONG)count_read_only_sessions(token);
	info->ulMaxPinLen = PIN_MAX;
	info->ulMinPinLen = PIN_MIN;
	info->ulTotalPublicMemory = info->ulTotalPrivateMemory = 131072;
	info->ulFreePublicMemory = info->ulFreePrivateMemory = 98304;
	info->hardwareVersion = (CK_VERSION){20, 5};
	info->firmwareVersion = (CK_VERSION){23, 2};
	return leave_slot(__func__, token, CKR_OK);
}
