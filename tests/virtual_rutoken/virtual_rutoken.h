/* Virtual Rutoken: a PKCS#11 2.40 module for tests that plays a Rutoken ECP. Never shipped: C_Initialize refuses without a flag in the environment. */
#ifndef VIRTUAL_RUTOKEN_H
#define VIRTUAL_RUTOKEN_H

#define CRYPTOKI_COMPAT 1

/* Everything the standard declares is exported; all else of ours stays hidden by -fvisibility=hidden. */
#pragma GCC visibility push(default)
#include <p11-kit/pkcs11.h>
#pragma GCC visibility pop

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#define EXPORT __attribute__((visibility("default")))
#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

enum { SLOT_COUNT = 4, SESSION_LIMIT = 64, PATH_LIMIT = 1024 };
enum { DIGEST_LIMIT = 64, SIGNATURE_LIMIT = 512 }; /* bytes */
enum { PIN_MIN = 6, PIN_MAX = 32, SO_PIN_MIN = 6, SO_PIN_MAX = 32 };

/* Vendor types of Rutoken. Those with the TC26 prefix are in no header of the standard. */
#define TC26 0xd4321000UL
#define MECH_GOST256_KEY_PAIR_GEN 0x1200UL
#define MECH_GOST256 0x1201UL
#define MECH_GOST512_KEY_PAIR_GEN (TC26 | 0x05)
#define MECH_GOST512 (TC26 | 0x06)
#define MECH_GOST256_WITH_HASH (TC26 | 0x08)
#define MECH_GOST512_WITH_HASH (TC26 | 0x09)
#define MECH_STREEBOG256 (TC26 | 0x12)
#define MECH_STREEBOG512 (TC26 | 0x13)
#define KEY_TYPE_GOST256 0x30UL
#define KEY_TYPE_GOST512 (TC26 | 0x03)
#define ATTR_GOST_PARAMS 0x250UL
#define ATTR_STREEBOG_PARAMS 0x251UL

/* Our own hidden attributes: kept in the state file, never shown to a caller. */
#define ATTR_HIDDEN_FIRST 0x8000ff00UL
#define ATTR_HIDDEN_PRIVATE 0x8000ff01UL /* GOST: the scalar, little-endian; RSA: PKCS#8 */
#define ATTR_HIDDEN_SPKI 0x8000ff02UL
#define ATTR_HIDDEN_LAST 0x8000ffffUL

struct attribute {
	CK_ATTRIBUTE_TYPE type;
	CK_ULONG length;
	CK_BYTE *bytes;
	struct attribute *next;
};

struct object {
	CK_OBJECT_HANDLE handle;
	struct attribute *attributes;
	struct object *next;
};

/* Which insertion of a token this is: another plug gives another value. All zero: no token. */
struct insertion {
	ino_t inode;
	struct timespec changed_at;
};

/* Which version of a state file was read: another process may have replaced it since. */
struct file_version {
	ino_t inode;
	off_t size;
	struct timespec modified_at;
};

enum login { LOGIN_NONE, LOGIN_USER, LOGIN_SO };

struct token {
	CK_SLOT_ID slot;
	struct insertion insertion;     /* the token that is in the slot now */
	struct insertion reported;      /* the one C_WaitForSlotEvent has told of */
	int lock;                       /* file descriptor of slotN/lock, or -1 */
	struct file_version conf_version, objects_version;
	char label[33], serial[17], model[17], manufacturer[33];
	char user_pin[PIN_MAX + 1], so_pin[SO_PIN_MAX + 1];
	CK_ULONG user_tries, user_tries_max, so_tries, so_tries_max;
	bool user_pin_initial;          /* the factory PIN is still set */
	bool protected_path;            /* the PIN is typed on the reader */
	enum login login;
	CK_OBJECT_HANDLE next_handle;
	struct object *objects;         /* token objects and this process's session objects */
};

enum operation { OPERATION_NONE, OPERATION_SIGN, OPERATION_VERIFY };

struct session {
	CK_SESSION_HANDLE handle;       /* 0: this place is free */
	struct token *token;
	struct insertion insertion;
	CK_FLAGS flags;
	bool finding;
	CK_OBJECT_HANDLE *found;
	CK_ULONG found_count, found_next;
	struct hash_run *digest;        /* of C_Digest* */
	enum operation operation;       /* of C_Sign* or C_Verify* */
	bool operation_started;         /* an Update has been seen */
	bool needs_context_login;
	CK_MECHANISM_TYPE mechanism;
	CK_OBJECT_HANDLE key;
	struct hash_run *operation_hash; /* mechanisms that hash on the token */
	CK_BYTE *collected;             /* raw mechanisms: what came so far */
	CK_ULONG collected_length;
};

/* calls.c: every exported function enters and leaves through these. On failure of an enter_* nothing is held. */
CK_RV enter_module(const char *function);
CK_RV enter_slot(const char *function, CK_SLOT_ID slot, struct token **token);
CK_RV enter_session(const char *function, CK_SESSION_HANDLE handle, struct session **session);
CK_RV leave_module(const char *function, CK_RV result);
CK_RV leave_slot(const char *function, struct token *token, CK_RV result);
CK_RV leave_session(const char *function, struct session *session, CK_RV result);
CK_RV start_module(void);
CK_RV stop_module(void);
bool module_is_started(void);
void lock_module(void);
void unlock_module(void);

/* slots.c and events.c */
struct token *token_of_slot(CK_SLOT_ID slot);
bool token_is_present(const struct token *token);
bool token_is_passive(const struct token *token);
bool same_insertion(const struct insertion *a, const struct insertion *b);
struct insertion look_into_slot(CK_SLOT_ID slot);
void notice_insertion(struct token *token);
void pad_text(unsigned char *field, const char *text, size_t size);
CK_RV open_events(void);
void close_events(void);

/* state.c: what a token remembers */
void slot_path(char path[PATH_LIMIT], CK_SLOT_ID slot, const char *name);
const char *state_folder(void);
bool make_slot_folders(void);
void lock_token(struct token *token);
void unlock_token(struct token *token);
CK_RV refresh_token(struct token *token);
CK_RV save_conf(struct token *token);
CK_RV save_objects(struct token *token);
void forget_token(struct token *token);
void initialise_user_state(struct token *token);

/* sessions.c */
struct session *find_session(CK_SESSION_HANDLE handle);
void free_session(struct session *session);
void free_all_sessions(void);
void end_operation(struct session *session);
bool session_is_writable(const struct session *session);
int count_sessions(const struct token *token);
int count_read_only_sessions(const struct token *token);

/* attributes.c */
void set_attribute(struct object *object, CK_ATTRIBUTE_TYPE type, const void *bytes, CK_ULONG length);
void set_ulong(struct object *object, CK_ATTRIBUTE_TYPE type, CK_ULONG value_);
void set_bool(struct object *object, CK_ATTRIBUTE_TYPE type, bool value_);
void default_bool(struct object *object, CK_ATTRIBUTE_TYPE type, bool value_);
void default_empty(struct object *object, CK_ATTRIBUTE_TYPE type);
const struct attribute *get_attribute(const struct object *object, CK_ATTRIBUTE_TYPE type);
CK_ULONG get_ulong(const struct object *object, CK_ATTRIBUTE_TYPE type);
bool get_bool(const struct object *object, CK_ATTRIBUTE_TYPE type, bool absent);
bool attribute_is_hidden(CK_ATTRIBUTE_TYPE type);
const CK_ATTRIBUTE *in_template(const CK_ATTRIBUTE *template_, CK_ULONG length, CK_ATTRIBUTE_TYPE type);
CK_RV check_template(const CK_ATTRIBUTE *template_, CK_ULONG length);
void copy_template(struct object *object, const CK_ATTRIBUTE *template_, CK_ULONG length);
struct object *new_object(void);
void append_object(struct token *token, struct object *object);
void adopt_object(struct token *token, struct object *object);
void free_object(struct object *object);
struct object *find_object(const struct token *token, CK_OBJECT_HANDLE handle);

/* streebog.c and hash.c */
struct streebog {
	int bits;
	uint64_t state[8], counter[8], sum[8];
	CK_BYTE block[64];
	CK_ULONG waiting;
};
void streebog_start(struct streebog *run, int bits);
void streebog_update(struct streebog *run, const CK_BYTE *part, CK_ULONG length);
void streebog_finish(struct streebog *run, CK_BYTE *digest);
struct hash_run;
bool mechanism_hashes(CK_MECHANISM_TYPE mechanism);
struct hash_run *start_hash(CK_MECHANISM_TYPE mechanism);
CK_ULONG hash_length(const struct hash_run *run);
bool update_hash(struct hash_run *run, const CK_BYTE *part, CK_ULONG length);
bool finish_hash(struct hash_run *run, CK_BYTE *digest);
void free_hash(struct hash_run *run);

/* gost.c */
struct gost_key {
	int bits;
	const CK_BYTE *curve_oid;
	CK_ULONG curve_oid_length;
	const CK_BYTE *octets; /* the scalar or the point, little-endian */
};
CK_RV generate_gost_key(int bits, const CK_BYTE *curve_oid, CK_ULONG length, CK_BYTE *scalar, CK_BYTE *point);
bool sign_gost(const struct gost_key *key, const CK_BYTE *digest, CK_BYTE *signature);
bool verify_gost(const struct gost_key *key, const CK_BYTE *digest, const CK_BYTE *signature);

/* rsa.c */
EVP_PKEY *generate_rsa_key(CK_ULONG bits);
bool keep_rsa_pair(EVP_PKEY *key, struct object *public_key, struct object *private_key);
bool sign_rsa(const struct object *object, bool hashed, const CK_BYTE *input, CK_ULONG length, CK_BYTE *signature);
bool verify_rsa(const struct object *object, bool hashed, const CK_BYTE *input, CK_ULONG length, const CK_BYTE *signature, CK_ULONG signature_length);

/* mechanisms.c: one table, a row per mechanism */
struct mechanism {
	CK_MECHANISM_TYPE type;
	CK_KEY_TYPE key_type;           /* ~0: none */
	CK_ULONG min_bits, max_bits;
	CK_FLAGS flags;
	CK_ULONG raw_length;            /* exact input of a raw signature in bytes, 0: it hashes itself or takes any */
};
const struct mechanism *find_mechanism(CK_MECHANISM_TYPE type);

/* pin.c */
CK_RV check_user_pin(struct token *token, const CK_BYTE *pin, CK_ULONG length);

/* faults.c and timing.c */
CK_RV meet_fault(const char *function, long slot);
bool take_flip(void);
void open_spent(void);
void close_spent(void);
void start_clock(void);
void stop_clock(const char *function);

#endif
