/* What a token remembers between processes: slotN/token.conf (key=value) and slotN/objects.bin. Written to a temporary file and renamed. */
#include "virtual_rutoken.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char OBJECTS_MAGIC[8] = "VRTOBJ1\n";
enum { ATTRIBUTE_LIMIT = 1 << 20, ATTRIBUTES_LIMIT = 256 };

const char *state_folder(void)
{
	const char *folder = getenv("VIRTUAL_RUTOKEN_DIR");
	return folder ? folder : "/nonexistent";
}

void slot_path(char path[PATH_LIMIT], CK_SLOT_ID slot, const char *name)
{
	snprintf(path, PATH_LIMIT, "%s/slot%lu/%s", state_folder(), slot, name);
}

/* The folders are there before the first token, so that its coming can be watched. */
bool make_slot_folders(void)
{
	char path[PATH_LIMIT];
	mkdir(state_folder(), 0700);
	for (CK_SLOT_ID slot = 0; slot < SLOT_COUNT; slot++) {
		slot_path(path, slot, "");
		mkdir(path, 0700);
		if (access(path, W_OK) != 0)
			return false;
	}
	return true;
}

/* Processes take turns on one token, as they do on one USB device. */
void lock_token(struct token *token)
{
	char path[PATH_LIMIT];
	if (token->lock < 0) {
		slot_path(path, token->slot, "lock");
		token->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	}
	if (token->lock >= 0)
		flock(token->lock, LOCK_EX);
}

void unlock_token(struct token *token)
{
	if (token->lock >= 0)
		flock(token->lock, LOCK_UN);
}

static struct file_version version_of(CK_SLOT_ID slot, const char *name)
{
	char path[PATH_LIMIT];
	struct stat facts;
	struct file_version version = {0};
	slot_path(path, slot, name);
	if (stat(path, &facts) == 0)
		version = (struct file_version){facts.st_ino, facts.st_size, facts.st_mtim};
	return version;
}

static bool same_version(const struct file_version *a, const struct file_version *b)
{
	return a->inode == b->inode && a->size == b->size && a->modified_at.tv_sec == b->modified_at.tv_sec
		&& a->modified_at.tv_nsec == b->modified_at.tv_nsec;
}

/* --- token.conf --- */

struct text_key {
	const char *name;
	size_t offset, size;
};
static const struct text_key TEXT_KEYS[] = {
#define TEXT(field) {#field, offsetof(struct token, field), sizeof(((struct token *)NULL)->field)}
	TEXT(label), TEXT(serial), TEXT(model), TEXT(manufacturer), TEXT(user_pin), TEXT(so_pin),
};
struct number_key {
	const char *name;
	size_t offset;
};
static const struct number_key NUMBER_KEYS[] = {
#define NUMBER(field) {#field, offsetof(struct token, field)}
	NUMBER(user_tries), NUMBER(user_tries_max), NUMBER(so_tries), NUMBER(so_tries_max),
};
static const struct number_key FLAG_KEYS[] = {NUMBER(user_pin_initial), NUMBER(protected_path)};

static void set_factory_conf(struct token *token)
{
	snprintf(token->label, sizeof token->label, "Rutoken ECP <no label>");
	snprintf(token->serial, sizeof token->serial, "%08lx", 0x3a5f0000UL + token->slot);
	snprintf(token->model, sizeof token->model, "Rutoken ECP");
	snprintf(token->manufacturer, sizeof token->manufacturer, "Aktiv Co.");
	snprintf(token->user_pin, sizeof token->user_pin, "12345678");
	snprintf(token->so_pin, sizeof token->so_pin, "87654321");
	token->user_tries = token->user_tries_max = token->so_tries = token->so_tries_max = 10;
	token->user_pin_initial = true;
	token->protected_path = false;
}

static void take_conf_line(struct token *token, const char *name, const char *text)
{
	char *base = (char *)token;
	for (size_t i = 0; i < COUNT_OF(TEXT_KEYS); i++)
		if (strcmp(name, TEXT_KEYS[i].name) == 0)
			snprintf(base + TEXT_KEYS[i].offset, TEXT_KEYS[i].size, "%s", text);
	for (size_t i = 0; i < COUNT_OF(NUMBER_KEYS); i++)
		if (strcmp(name, NUMBER_KEYS[i].name) == 0)
			*(CK_ULONG *)(void *)(base + NUMBER_KEYS[i].offset) = strtoul(text, NULL, 10);
	for (size_t i = 0; i < COUNT_OF(FLAG_KEYS); i++)
		if (strcmp(name, FLAG_KEYS[i].name) == 0)
			*(bool *)(base + FLAG_KEYS[i].offset) = strcmp(text, "1") == 0;
}

static void load_conf(struct token *token)
{
	char path[PATH_LIMIT], line[256];
	set_factory_conf(token);
	slot_path(path, token->slot, "token.conf");
	FILE *file = fopen(path, "re");
	while (file && fgets(line, sizeof line, file)) {
		line[strcspn(line, "\r\n")] = 0;
		char *equals = strchr(line, '=');
		if (!equals)
			continue;
		*equals = 0;
		take_conf_line(token, line, equals + 1);
	}
	if (file)
		fclose(file);
}

static FILE *open_temporary(CK_SLOT_ID slot, const char *name, char path[PATH_LIMIT])
{
	slot_path(path, slot, name);
	return fopen(path, "wbe");
}

static CK_RV put_in_place(FILE *file, const char *temporary, CK_SLOT_ID slot, const char *name)
{
	char path[PATH_LIMIT];
	slot_path(path, slot, name);
	bool failed = ferror(file) != 0;
	failed |= fclose(file) != 0;
	if (failed || rename(temporary, path) != 0)
		return CKR_DEVICE_MEMORY;
	return CKR_OK;
}

CK_RV save_conf(struct token *token)
{
	char temporary[PATH_LIMIT];
	FILE *file = open_temporary(token->slot, "token.conf.new", temporary);
	if (!file)
		return CKR_DEVICE_ERROR;
	const char *base = (const char *)token;
	for (size_t i = 0; i < COUNT_OF(TEXT_KEYS); i++)
		fprintf(file, "%s=%s\n", TEXT_KEYS[i].name, base + TEXT_KEYS[i].offset);
	for (size_t i = 0; i < COUNT_OF(NUMBER_KEYS); i++)
		fprintf(file, "%s=%lu\n", NUMBER_KEYS[i].name, *(const CK_ULONG *)(const void *)(base + NUMBER_KEYS[i].offset));
	for (size_t i = 0; i < COUNT_OF(FLAG_KEYS); i++)
		fprintf(file, "%s=%d\n", FLAG_KEYS[i].name, *(const bool *)(base + FLAG_KEYS[i].offset));
	CK_RV result = put_in_place(file, temporary, token->slot, "token.conf");
	token->conf_version = version_of(token->slot, "token.conf");
	return result;
}

/* --- objects.bin --- */

static void write_object(FILE *file, const struct object *object)
{
	uint64_t head[2] = {object->handle, 0};
	for (const struct attribute *a = object->attributes; a; a = a->next)
		head[1]++;
	fwrite(head, sizeof head, 1, file);
	for (const struct attribute *a = object->attributes; a; a = a->next) {
		uint64_t attribute[2] = {a->type, a->length};
		fwrite(attribute, sizeof attribute, 1, file);
		fwrite(a->bytes, 1, a->length, file);
	}
}

CK_RV save_objects(struct token *token)
{
	char temporary[PATH_LIMIT];
	FILE *file = open_temporary(token->slot, "objects.bin.new", temporary);
	if (!file)
		return CKR_DEVICE_ERROR;
	fwrite(OBJECTS_MAGIC, sizeof OBJECTS_MAGIC, 1, file);
	for (const struct object *object = token->objects; object; object = object->next)
		if (get_bool(object, CKA_TOKEN, false))
			write_object(file, object);
	CK_RV result = put_in_place(file, temporary, token->slot, "objects.bin");
	token->objects_version = version_of(token->slot, "objects.bin");
	return result;
}

static bool read_attribute(FILE *file, struct object *object)
{
	uint64_t head[2];
	if (fread(head, sizeof head, 1, file) != 1 || head[1] > ATTRIBUTE_LIMIT)
		return false;
	CK_BYTE *bytes = malloc(head[1] + 1);
	bool whole = bytes && fread(bytes, 1, head[1], file) == head[1];
	if (whole)
		set_attribute(object, head[0], bytes, head[1]);
	free(bytes);
	return whole;
}

static bool read_objects(FILE *file, struct token *token)
{
	char magic[sizeof OBJECTS_MAGIC];
	uint64_t head[2];
	if (fread(magic, sizeof magic, 1, file) != 1 || memcmp(magic, OBJECTS_MAGIC, sizeof magic) != 0)
		return false;
	while (fread(head, sizeof head, 1, file) == 1) {
		struct object *object = new_object();
		object->handle = head[0];
		append_object(token, object);
		if (head[1] > ATTRIBUTES_LIMIT)
			return false;
		while (head[1]-- > 0)
			if (!read_attribute(file, object))
				return false;
	}
	return feof(file) != 0;
}

static void drop_objects(struct token *token, bool session_objects_too)
{
	struct object **link = &token->objects;
	while (*link) {
		struct object *object = *link;
		if (session_objects_too || get_bool(object, CKA_TOKEN, false)) {
			*link = object->next;
			free_object(object);
		} else {
			link = &object->next;
		}
	}
}

static CK_RV load_objects(struct token *token)
{
	char path[PATH_LIMIT];
	drop_objects(token, false);
	slot_path(path, token->slot, "objects.bin");
	FILE *file = fopen(path, "rbe");
	if (!file)
		return CKR_OK;
	bool whole = read_objects(file, token);
	fclose(file);
	return whole ? CKR_OK : CKR_DEVICE_ERROR;
}

/* --- both --- */

CK_RV refresh_token(struct token *token)
{
	CK_RV result = CKR_OK;
	struct file_version conf = version_of(token->slot, "token.conf");
	struct file_version objects = version_of(token->slot, "objects.bin");
	bool first = !*token->serial;
	if (first || !same_version(&conf, &token->conf_version)) {
		load_conf(token);
		token->conf_version = conf;
	}
	if (first || !same_version(&objects, &token->objects_version)) {
		result = load_objects(token);
		token->objects_version = objects;
	}
	return result;
}

void forget_token(struct token *token)
{
	drop_objects(token, true);
	if (token->lock >= 0)
		close(token->lock);
	*token = (struct token){.slot = token->slot, .lock = -1, .reported = token->reported, .next_handle = token->next_handle};
}

/* What C_InitToken leaves: no objects, no user PIN. */
void initialise_user_state(struct token *token)
{
	drop_objects(token, true);
	memset(token->user_pin, 0, sizeof token->user_pin);
	token->user_pin_initial = false;
	token->user_tries = token->user_tries_max;
}
