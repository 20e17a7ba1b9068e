/* Objects as lists of attributes. */
#include "virtual_rutoken.h"

#include <stdlib.h>
#include <string.h>

/* Out of memory in a test part: say nothing, stop. */
static void *allocate(size_t size)
{
	void *memory = calloc(1, size ? size : 1);
	if (!memory)
		abort();
	return memory;
}

struct object *new_object(void) { return allocate(sizeof(struct object)); }

void free_object(struct object *object)
{
	while (object->attributes) {
		struct attribute *next = object->attributes->next;
		free(object->attributes->bytes);
		free(object->attributes);
		object->attributes = next;
	}
	free(object);
}

/* At the end: a search finds objects in the order they were made. */
void append_object(struct token *token, struct object *object)
{
	struct object **link = &token->objects;
	while (*link)
		link = &(*link)->next;
	*link = object;
	if (object->handle >= token->next_handle)
		token->next_handle = object->handle + 1;
}

/* Gives the object a handle nobody had and puts it among the token's. */
void adopt_object(struct token *token, struct object *object)
{
	object->handle = token->next_handle ? token->next_handle : 1;
	append_object(token, object);
}

/* What one may not see does not exist: private objects before login. */
struct object *find_object(const struct token *token, CK_OBJECT_HANDLE handle)
{
	for (struct object *object = token->objects; object; object = object->next)
		if (object->handle == handle)
			return get_bool(object, CKA_PRIVATE, false) && token->login != LOGIN_USER ? NULL : object;
	return NULL;
}

const struct attribute *get_attribute(const struct object *object, CK_ATTRIBUTE_TYPE type)
{
	const struct attribute *attribute = object->attributes;
	while (attribute && attribute->type != type)
		attribute = attribute->next;
	return attribute;
}

void set_attribute(struct object *object, CK_ATTRIBUTE_TYPE type, const void *bytes, CK_ULONG length)
{
	struct attribute *attribute = (struct attribute *)get_attribute(object, type);
	if (!attribute) {
		attribute = allocate(sizeof *attribute);
		attribute->type = type;
		attribute->next = object->attributes;
		object->attributes = attribute;
	}
	CK_BYTE *kept = allocate(length);
	if (length)
		memcpy(kept, bytes, length);
	free(attribute->bytes);
	attribute->bytes = kept;
	attribute->length = length;
}

void set_ulong(struct object *object, CK_ATTRIBUTE_TYPE type, CK_ULONG value_) { set_attribute(object, type, &value_, sizeof value_); }

void set_bool(struct object *object, CK_ATTRIBUTE_TYPE type, bool value_)
{
	CK_BBOOL byte = value_ ? CK_TRUE : CK_FALSE;
	set_attribute(object, type, &byte, sizeof byte);
}

void default_bool(struct object *object, CK_ATTRIBUTE_TYPE type, bool value_)
{
	if (!get_attribute(object, type))
		set_bool(object, type, value_);
}

void default_empty(struct object *object, CK_ATTRIBUTE_TYPE type)
{
	if (!get_attribute(object, type))
		set_attribute(object, type, "", 0);
}

CK_ULONG get_ulong(const struct object *object, CK_ATTRIBUTE_TYPE type)
{
	CK_ULONG number = CK_UNAVAILABLE_INFORMATION;
	const struct attribute *attribute = get_attribute(object, type);
	if (attribute && attribute->length == sizeof number)
		memcpy(&number, attribute->bytes, sizeof number);
	return number;
}

bool get_bool(const struct object *object, CK_ATTRIBUTE_TYPE type, bool absent)
{
	const struct attribute *attribute = get_attribute(object, type);
	return attribute && attribute->length == 1 ? attribute->bytes[0] != 0 : absent;
}

bool attribute_is_hidden(CK_ATTRIBUTE_TYPE type) { return type >= ATTR_HIDDEN_FIRST && type <= ATTR_HIDDEN_LAST; }

const CK_ATTRIBUTE *in_template(const CK_ATTRIBUTE *template_, CK_ULONG length, CK_ATTRIBUTE_TYPE type)
{
	for (CK_ULONG i = 0; i < length; i++)
		if (template_[i].type == type)
			return &template_[i];
	return NULL;
}

void copy_template(struct object *object, const CK_ATTRIBUTE *template_, CK_ULONG length)
{
	for (CK_ULONG i = 0; i < length; i++)
		if (!attribute_is_hidden(template_[i].type))
			set_attribute(object, template_[i].type, template_[i].pValue, template_[i].ulValueLen);
}
