/* The part of Rutoken's own extension that programs ask before a PIN: exact counters, lengths, kind of token. */
#include "virtual_rutoken.h"

#include <stdlib.h>
#include <string.h>

/* CK_TOKEN_INFO_EXTENDED of the vendor's header, as far as version 2.18. */
struct token_info_extended {
	CK_ULONG size, type, protocol, microcode, order;
	CK_FLAGS flags;
	CK_ULONG max_admin_pin, min_admin_pin, max_user_pin, min_user_pin;
	CK_ULONG max_admin_retry, admin_retry_left, max_user_retry, user_retry_left;
	CK_BYTE serial[8];
	CK_ULONG total_memory, free_memory;
	CK_BYTE atr[64];
	CK_ULONG atr_length, token_class, battery_voltage, body_color, firmware_checksum;
};

enum { TYPE_ECP = 1, TYPE_LITE = 2 };
enum { ADMIN_CHANGES_USER_PIN = 1, USER_CHANGES_USER_PIN = 2, ADMIN_PIN_NOT_DEFAULT = 4, USER_PIN_NOT_DEFAULT = 8 };

static const CK_BYTE ATR_ECP[] = {0x3b, 0x8b, 0x01, 0x52, 0x75, 0x74, 0x6f, 0x6b, 0x65, 0x6e, 0x20, 0x44, 0x53, 0x20, 0xc1};
static const CK_BYTE ATR_LITE[] = {0x3b, 0x8b, 0x01, 0x52, 0x75, 0x74, 0x6f, 0x6b, 0x65, 0x6e, 0x6c, 0x69, 0x74, 0x65, 0xc2};

static void fill(struct token_info_extended *info, const struct token *token)
{
	bool lite = token_is_passive(token);
	memset(info, 0, sizeof *info);
	info->size = sizeof *info;
	info->type = lite ? TYPE_LITE : TYPE_ECP;
	info->flags = ADMIN_CHANGES_USER_PIN | USER_CHANGES_USER_PIN;
	if (strcmp(token->so_pin, "87654321") != 0)
		info->flags |= ADMIN_PIN_NOT_DEFAULT;
	if (!token->user_pin_initial)
		info->flags |= USER_PIN_NOT_DEFAULT;
	info->max_admin_pin = SO_PIN_MAX;
	info->min_admin_pin = SO_PIN_MIN;
	info->max_user_pin = PIN_MAX;
	info->min_user_pin = PIN_MIN;
	info->max_admin_retry = token->so_tries_max;
	info->admin_retry_left = token->so_tries;
	info->max_user_retry = token->user_tries_max;
	info->user_retry_left = token->user_tries;
	unsigned long long serial = strtoull(token->serial, NULL, 16);
	memcpy(info->serial, &serial, sizeof info->serial);
	info->total_memory = 131072;
	info->free_memory = 98304;
	info->atr_length = sizeof ATR_ECP;
	memcpy(info->atr, lite ? ATR_LITE : ATR_ECP, sizeof ATR_ECP);
	info->token_class = info->type;
}

EXPORT CK_RV C_EX_GetTokenInfoExtended(CK_SLOT_ID slot, struct token_info_extended *info);

/* The caller says in `size` how much of the structure it knows. */
CK_RV C_EX_GetTokenInfoExtended(CK_SLOT_ID slot, struct token_info_extended *info)
{
	struct token_info_extended whole;
	struct token *token;
	if (!info || info->size < offsetof(struct token_info_extended, serial))
		return CKR_ARGUMENTS_BAD;
	CK_RV result = enter_slot(__func__, slot, &token);
	if (result != CKR_OK)
		return result;
	fill(&whole, token);
	memcpy(info, &whole, info->size < sizeof whole ? info->size : sizeof whole);
	return leave_slot(__func__, token, CKR_OK);
}
