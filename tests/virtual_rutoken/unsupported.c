/* Functions of the standard that a Rutoken's test double has no use for. */
#include "virtual_rutoken.h"

#pragma GCC diagnostic ignored "-Wunused-parameter" /* parameters are there for the standard's sake */

#define SESSION CK_SESSION_HANDLE session
#define UNSUPPORTED(name, ...) CK_RV name(__VA_ARGS__) { return CKR_FUNCTION_NOT_SUPPORTED; }
#define UNSUPPORTED_INIT(name) UNSUPPORTED(name, SESSION, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
#define UNSUPPORTED_BLOCK(name) UNSUPPORTED(name, SESSION, CK_BYTE *from, CK_ULONG from_length, CK_BYTE *to, CK_ULONG *to_length)
#define UNSUPPORTED_FINAL(name) UNSUPPORTED(name, SESSION, CK_BYTE *to, CK_ULONG *to_length)

UNSUPPORTED_FINAL(C_GetOperationState)
UNSUPPORTED(C_SetOperationState, SESSION, CK_BYTE *state, CK_ULONG length, CK_OBJECT_HANDLE encryption, CK_OBJECT_HANDLE authentication)
UNSUPPORTED(C_CopyObject, SESSION, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *attributes, CK_ULONG length, CK_OBJECT_HANDLE *copy)
UNSUPPORTED_INIT(C_EncryptInit)
UNSUPPORTED_BLOCK(C_Encrypt)
UNSUPPORTED_BLOCK(C_EncryptUpdate)
UNSUPPORTED_FINAL(C_EncryptFinal)
UNSUPPORTED_INIT(C_DecryptInit)
UNSUPPORTED_BLOCK(C_Decrypt)
UNSUPPORTED_BLOCK(C_DecryptUpdate)
UNSUPPORTED_FINAL(C_DecryptFinal)
UNSUPPORTED(C_DigestKey, SESSION, CK_OBJECT_HANDLE key)
UNSUPPORTED_INIT(C_SignRecoverInit)
UNSUPPORTED_BLOCK(C_SignRecover)
UNSUPPORTED_INIT(C_VerifyRecoverInit)
UNSUPPORTED_BLOCK(C_VerifyRecover)
UNSUPPORTED_BLOCK(C_DigestEncryptUpdate)
UNSUPPORTED_BLOCK(C_DecryptDigestUpdate)
UNSUPPORTED_BLOCK(C_SignEncryptUpdate)
UNSUPPORTED_BLOCK(C_DecryptVerifyUpdate)
UNSUPPORTED(C_GenerateKey, SESSION, CK_MECHANISM *mechanism, CK_ATTRIBUTE *attributes, CK_ULONG length, CK_OBJECT_HANDLE *key)
UNSUPPORTED(C_WrapKey, SESSION, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE wrapping, CK_OBJECT_HANDLE key, CK_BYTE *wrapped, CK_ULONG *length)
UNSUPPORTED(C_UnwrapKey, SESSION, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE unwrapping, CK_BYTE *wrapped, CK_ULONG wrapped_length,
	CK_ATTRIBUTE *attributes, CK_ULONG length, CK_OBJECT_HANDLE *key)
UNSUPPORTED(C_DeriveKey, SESSION, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE base, CK_ATTRIBUTE *attributes, CK_ULONG length, CK_OBJECT_HANDLE *key)

CK_RV C_GetFunctionStatus(CK_SESSION_HANDLE session) { return CKR_FUNCTION_NOT_PARALLEL; }
CK_RV C_CancelFunction(CK_SESSION_HANDLE session) { return CKR_FUNCTION_NOT_PARALLEL; }
