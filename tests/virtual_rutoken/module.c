/* Start and stop of the module, and what it says of itself. */
#include "virtual_rutoken.h"

#include <stdlib.h>
#include <string.h>

/* A test part must not be reached from a production path by accident. */
static bool is_allowed(void)
{
	const char *flag = getenv("VIRTUAL_RUTOKEN_ALLOWED");
	const char *folder = getenv("VIRTUAL_RUTOKEN_DIR");
	return flag && strcmp(flag, "1") == 0 && folder && *folder && strlen(folder) < PATH_LIMIT / 2;
}

static CK_RV check_arguments(const CK_C_INITIALIZE_ARGS *arguments)
{
	if (!arguments)
		return CKR_OK;
	int callbacks = !!arguments->CreateMutex + !!arguments->DestroyMutex + !!arguments->LockMutex + !!arguments->UnlockMutex;
	if (arguments->pReserved || (callbacks != 0 && callbacks != 4))
		return CKR_ARGUMENTS_BAD;
	return callbacks == 4 && !(arguments->flags & CKF_OS_LOCKING_OK) ? CKR_CANT_LOCK : CKR_OK;
}

CK_RV C_Initialize(void *arguments)
{
	if (!is_allowed())
		return CKR_FUNCTION_FAILED;
	CK_RV result = check_arguments(arguments);
	if (result == CKR_OK)
		result = meet_fault(__func__, -1);
	if (result != CKR_OK)
		return result;
	lock_module();
	result = start_module();
	unlock_module();
	return result;
}

CK_RV C_Finalize(void *reserved_)
{
	if (reserved_)
		return CKR_ARGUMENTS_BAD;
	CK_RV result = meet_fault(__func__, -1);
	if (result != CKR_OK)
		return result;
	lock_module();
	result = stop_module();
	unlock_module();
	return result;
}

CK_RV C_GetInfo(CK_INFO *info)
{
	if (!info)
		return CKR_ARGUMENTS_BAD;
	CK_RV result = enter_module(__func__);
	if (result != CKR_OK)
		return result;
	memset(info, 0, sizeof *info);
	info->cryptokiVersion.major = 2;
	info->cryptokiVersion.minor = 40;
	info->libraryVersion.major = 2;
	pad_text(info->manufacturerID, "Aktiv Co.", sizeof info->manufacturerID);
	pad_text(info->libraryDescription, "Virtual Rutoken (test)", sizeof info->libraryDescription);
	return leave_module(__func__, CKR_OK);
}

#define FUNCTION(name) .name = name
static CK_FUNCTION_LIST function_list = {
	.version = {2, 40},
	FUNCTION(C_Initialize), FUNCTION(C_Finalize), FUNCTION(C_GetInfo), FUNCTION(C_GetFunctionList),
	FUNCTION(C_GetSlotList), FUNCTION(C_GetSlotInfo), FUNCTION(C_GetTokenInfo), FUNCTION(C_GetMechanismList),
	FUNCTION(C_GetMechanismInfo), FUNCTION(C_InitToken), FUNCTION(C_InitPIN), FUNCTION(C_SetPIN),
	FUNCTION(C_OpenSession), FUNCTION(C_CloseSession), FUNCTION(C_CloseAllSessions), FUNCTION(C_GetSessionInfo),
	FUNCTION(C_GetOperationState), FUNCTION(C_SetOperationState), FUNCTION(C_Login), FUNCTION(C_Logout),
	FUNCTION(C_CreateObject), FUNCTION(C_CopyObject), FUNCTION(C_DestroyObject), FUNCTION(C_GetObjectSize),
	FUNCTION(C_GetAttributeValue), FUNCTION(C_SetAttributeValue), FUNCTION(C_FindObjectsInit), FUNCTION(C_FindObjects),
	FUNCTION(C_FindObjectsFinal), FUNCTION(C_EncryptInit), FUNCTION(C_Encrypt), FUNCTION(C_EncryptUpdate),
	FUNCTION(C_EncryptFinal), FUNCTION(C_DecryptInit), FUNCTION(C_Decrypt), FUNCTION(C_DecryptUpdate),
	FUNCTION(C_DecryptFinal), FUNCTION(C_DigestInit), FUNCTION(C_Digest), FUNCTION(C_DigestUpdate),
	FUNCTION(C_DigestKey), FUNCTION(C_DigestFinal), FUNCTION(C_SignInit), FUNCTION(C_Sign),
	FUNCTION(C_SignUpdate), FUNCTION(C_SignFinal), FUNCTION(C_SignRecoverInit), FUNCTION(C_SignRecover),
	FUNCTION(C_VerifyInit), FUNCTION(C_Verify), FUNCTION(C_VerifyUpdate), FUNCTION(C_VerifyFinal),
	FUNCTION(C_VerifyRecoverInit), FUNCTION(C_VerifyRecover), FUNCTION(C_DigestEncryptUpdate), FUNCTION(C_DecryptDigestUpdate),
	FUNCTION(C_SignEncryptUpdate), FUNCTION(C_DecryptVerifyUpdate), FUNCTION(C_GenerateKey), FUNCTION(C_GenerateKeyPair),
	FUNCTION(C_WrapKey), FUNCTION(C_UnwrapKey), FUNCTION(C_DeriveKey), FUNCTION(C_SeedRandom),
	FUNCTION(C_GenerateRandom), FUNCTION(C_GetFunctionStatus), FUNCTION(C_CancelFunction), FUNCTION(C_WaitForSlotEvent),
};

CK_RV C_GetFunctionList(CK_FUNCTION_LIST **list)
{
	if (!list)
		return CKR_ARGUMENTS_BAD;
	*list = &function_list;
	return CKR_OK;
}
