/* Certificates, data and keys as PKCS#11 objects: create, read, find, destroy. Private keys are made on the token only. */
#include "virtual_rutoken.h"

#include <stdlib.h>
#include <string.h>

CK_RV check_template(const CK_ATTRIBUTE *template_, CK_ULONG length)
{
	if (length && !template_)
		return CKR_ARGUMENTS_BAD;
	for (CK_ULONG i = 0; i < length; i++) {
		if (template_[i].ulValueLen && !template_[i].pValue)
			return CKR_ATTRIBUTE_VALUE_INVALID;
		if (attribute_is_hidden(template_[i].type))
			return CKR_ATTRIBUTE_TYPE_INVALID;
	}
	return CKR_OK;
}

static bool template_says(const CK_ATTRIBUTE *template_, CK_ULONG length, CK_ATTRIBUTE_TYPE type)
{
	const CK_ATTRIBUTE *found = in_template(template_, length, type);
	return found && found->ulValueLen == 1 && *(const CK_BYTE *)found->pValue;
}

static CK_RV check_new_object(const struct session *session, const CK_ATTRIBUTE *template_, CK_ULONG length)
{
	const CK_ATTRIBUTE *class_ = in_template(template_, length, CKA_CLASS);
	CK_OBJECT_CLASS kind;
	if (!class_)
		return CKR_TEMPLATE_INCOMPLETE;
	if (class_->ulValueLen != sizeof kind)
		return CKR_ATTRIBUTE_VALUE_INVALID;
	memcpy(&kind, class_->pValue, sizeof kind);
	if (kind != CKO_CERTIFICATE && kind != CKO_DATA && kind != CKO_PUBLIC_KEY)
		return CKR_TEMPLATE_INCONSISTENT;
	if (kind == CKO_CERTIFICATE && (!in_template(template_, length, CKA_CERTIFICATE_TYPE) || !in_template(template_, length, CKA_VALUE)))
		return CKR_TEMPLATE_INCOMPLETE;
	bool on_token = template_says(template_, length, CKA_TOKEN);
	if (on_token && !session_is_writable(session))
		return CKR_SESSION_READ_ONLY;
	if ((on_token || template_says(template_, length, CKA_PRIVATE)) && session->token->login != LOGIN_USER)
		return CKR_USER_NOT_LOGGED_IN;
	return CKR_OK;
}

CK_RV C_CreateObject(CK_SESSION_HANDLE handle, CK_ATTRIBUTE *template_, CK_ULONG length, CK_OBJECT_HANDLE *made)
{
	struct session *session;
	if (!made)
		return CKR_ARGUMENTS_BAD;
	CK_RV result = enter_session(__func__, handle, &session);
	if (result != CKR_OK)
		return result;
	result = check_template(template_, length);
	if (result == CKR_OK)
		result = check_new_object(session, template_, length);
	if (result != CKR_OK)
		return leave_session(__func__, session, result);
	struct object *object = new_object();
	copy_template(object, template_, length);
	default_bool(object, CKA_TOKEN, false);
	default_bool(object, CKA_PRIVATE, false);
	default_bool(object, CKA_MODIFIABLE, true);
	default_empty(object, CKA_LABEL);
	default_empty(object, CKA_ID);
	adopt_object(session->token, object);
	*made = object->handle;
	return leave_session(__func__, session, save_objects(session->token));
}

static CK_RV check_change(const struct session *session, const struct object *object)
{
	if (!object)
		return CKR_OBJECT_HANDLE_INVALID;
	if (!get_bool(object, CKA_TOKEN, false))
		return CKR_OK;
	if (!session_is_writable(session))
		return CKR_SESSION_READ_ONLY;
	return session->token->login == LOGIN_USER ? CKR_OK : CKR_USER_NOT_LOGGED_IN;
}

CK_RV C_DestroyObject(CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE which)
{
	struct session *session;
	CK_RV result = enter_session(__func__, handle, &session);
	if (result != CKR_OK)
		return result;
	struct object *object = find_object(session->token, which);
	result = check_change(session, object);
	if (result == CKR_OK) {
		struct object **link = &session->token->objects;
		while (*link != object)
			link = &(*link)->next;
		*link = object->next;
		free_object(object);
		result = save_objects(session->token);
	}
	return leave_session(__func__, session, result);
}

CK_RV C_GetObjectSize(CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE which, CK_ULONG *size)
{
	struct session *session;
	if (!size)
		return CKR_ARGUMENTS_BAD;
	CK_RV result = enter_session(__func__, handle, &session);
	if (result != CKR_OK)
		return result;
	struct object *object = find_object(session->token, which);
	*size = 0;
	for (struct attribute *a = object ? object->attributes : NULL; a; a = a->next)
		*size += a->length;
	return leave_session(__func__, session, object ? CKR_OK : CKR_OBJECT_HANDLE_INVALID);
}

/* A secret has no value that could be asked for, not even its length. */
static bool is_secret(const struct object *object, CK_ATTRIBUTE_TYPE type)
{
	static const CK_ATTRIBUTE_TYPE SECRETS[] = {CKA_VALUE, CKA_PRIVATE_EXPONENT, CKA_PRIME_1, CKA_PRIME_2, CKA_EXPONENT_1, CKA_EXPONENT_2, CKA_COEFFICIENT};
	for (size_t i = 0; get_ulong(object, CKA_CLASS) == CKO_PRIVATE_KEY && i < COUNT_OF(SECRETS); i++)
		if (SECRETS[i] == type)
			return true;
	return false;
}

static CK_RV give_attribute(const struct object *object, CK_ATTRIBUTE *asked)
{
	const struct attribute *attribute = attribute_is_hidden(asked->type) ? NULL : get_attribute(object, asked->type);
	CK_RV result = CKR_OK;
	if (is_secret(object, asked->type))
		result = CKR_ATTRIBUTE_SENSITIVE;
	else if (!attribute)
		result = CKR_ATTRIBUTE_TYPE_INVALID;
	else if (asked->pValue && asked->ulValueLen < attribute->length)
		result = CKR_BUFFER_TOO_SMALL;
	if (result != CKR_OK) {
		asked->ulValueLen = CK_UNAVAILABLE_INFORMATION;
		return result;
	}
	if (asked->pValue)
		memcpy(asked->pValue, attribute->bytes, attribute->length);
	asked->ulValueLen = attribute->length;
	return CKR_OK;
}

CK_RV C_GetAttributeValue(CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE which, CK_ATTRIBUTE *asked, CK_ULONG length)
{
	struct session *session;
	if (!asked && length)
		return CKR_ARGUMENTS_BAD;
	CK_RV result = enter_session(__func__, handle, &session);
	if (result != CKR_OK)
		return result;
	struct object *object = find_object(session->token, which);
	if (!object)
		return leave_session(__func__, session, CKR_OBJECT_HANDLE_INVALID);
	for (CK_ULONG i = 0; i < length; i++) { /* the standard: answer each, report any failure */
		CK_RV one = give_attribute(object, &asked[i]);
		result = one == CKR_OK ? result : one;
	}
	return leave_session(__func__, session, result);
}

CK_RV C_SetAttributeValue(CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE which, CK_ATTRIBUTE *template_, CK_ULONG length)
{
	static const CK_ATTRIBUTE_TYPE CHANGEABLE[] = {CKA_LABEL, CKA_ID, CKA_SUBJECT, CKA_APPLICATION};
	struct session *session;
	CK_RV result = enter_session(__func__, handle, &session);
	if (result != CKR_OK)
		return result;
	struct object *object = find_object(session->token, which);
	result = check_template(template_, length);
	if (result == CKR_OK)
		result = check_change(session, object);
	for (CK_ULONG i = 0; result == CKR_OK && i < length; i++) {
		bool changeable = false;
		for (size_t k = 0; k < COUNT_OF(CHANGEABLE); k++)
			changeable |= CHANGEABLE[k] == template_[i].type;
		if (!changeable)
			result = CKR_ATTRIBUTE_READ_ONLY;
	}
	if (result == CKR_OK) {
		copy_template(object, template_, length);
		result = save_objects(session->token);
	}
	return leave_session(__func__, session, result);
}

static bool object_matches(const struct object *object, const CK_ATTRIBUTE *template_, CK_ULONG length)
{
	for (CK_ULONG i = 0; i < length; i++) {
		const struct attribute *attribute = is_secret(object, template_[i].type) ? NULL : get_attribute(object, template_[i].type);
		if (!attribute || attribute->length != template_[i].ulValueLen)
			return false;
		if (attribute->length && memcmp(attribute->bytes, template_[i].pValue, attribute->length) != 0)
			return false;
	}
	return true;
}

static CK_RV keep_found(struct session *session, CK_OBJECT_HANDLE found)
{
	CK_OBJECT_HANDLE *longer = realloc(session->found, (session->found_count + 1) * sizeof *longer);
	if (!longer)
		return CKR_HOST_MEMORY;
	session->found = longer;
	session->found[session->found_count++] = found;
	return CKR_OK;
}

CK_RV C_FindObjectsInit(CK_SESSION_HANDLE handle, CK_ATTRIBUTE *template_, CK_ULONG length)
{
	struct session *session;
	CK_RV result = enter_session(__func__, handle, &session);
	if (result != CKR_OK)
		return result;
	result = session->finding ? CKR_OPERATION_ACTIVE : check_template(template_, length);
	if (result != CKR_OK)
		return leave_session(__func__, session, result);
	session->found_count = session->found_next = 0;
	for (struct object *object = session->token->objects; result == CKR_OK && object; object = object->next)
		if (find_object(session->token, object->handle) && object_matches(object, template_, length))
			result = keep_found(session, object->handle);
	session->finding = result == CKR_OK;
	return leave_session(__func__, session, result);
}

CK_RV C_FindObjects(CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE *objects, CK_ULONG most, CK_ULONG *given)
{
	struct session *session;
	if (!given || (!objects && most))
		return CKR_ARGUMENTS_BAD;
	CK_RV result = enter_session(__func__, handle, &session);
	if (result != CKR_OK)
		return result;
	if (!session->finding)
		return leave_session(__func__, session, CKR_OPERATION_NOT_INITIALIZED);
	for (*given = 0; *given < most && session->found_next < session->found_count; ++*given)
		objects[*given] = session->found[session->found_next++];
	return leave_session(__func__, session, CKR_OK);
}

CK_RV C_FindObjectsFinal(CK_SESSION_HANDLE handle)
{
	struct session *session;
	CK_RV result = enter_session(__func__, handle, &session);
	if (result != CKR_OK)
		return result;
	if (!session->finding)
		result = CKR_OPERATION_NOT_INITIALIZED;
	session->finding = false;
	return leave_session(__func__, session, result);
}
