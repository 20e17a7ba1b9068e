/* Injected faults. $VIRTUAL_RUTOKEN_DIR/faults is read at each call; lines `FUNCTION ACTION [MS] [after N]`. See README.md. */
#include "virtual_rutoken.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINES_LIMIT = 32 };

static __thread bool flip_asked;

/* How many calls each line has let pass. Starts anew with a new faults file. */
static struct {
	struct file_version version;
	unsigned long passed[LINES_LIMIT];
} memory;

bool take_flip(void)
{
	bool asked = flip_asked;
	flip_asked = false;
	return asked;
}

static void take_out(long slot)
{
	char path[PATH_LIMIT];
	for (CK_SLOT_ID number = 0; number < SLOT_COUNT; number++) {
		slot_path(path, number, "present");
		if ((slot < 0 || number == (CK_SLOT_ID)slot) && unlink(path) == 0)
			return;
	}
}

static void sleep_ms(unsigned long ms)
{
	struct timespec rest = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000L};
	nanosleep(&rest, NULL);
}

static void print_noise(void)
{
	static const char NOISE[] = "virtual rutoken: noise on stdout \x01\xff{}\n";
	if (write(STDOUT_FILENO, NOISE, sizeof NOISE - 1) < 0)
		return;
}

static CK_RV act(const char *action, unsigned long ms, long slot)
{
	if (strcmp(action, "pull") == 0) {
		take_out(slot);
		return CKR_DEVICE_REMOVED;
	}
	if (strcmp(action, "device-error") == 0)
		return CKR_DEVICE_ERROR;
	if (strcmp(action, "crash") == 0) {
		signal(SIGSEGV, SIG_DFL);
		raise(SIGSEGV);
	}
	if (strcmp(action, "exit") == 0)
		exit(0);
	if (strcmp(action, "delay") == 0)
		sleep_ms(ms);
	if (strcmp(action, "print") == 0)
		print_noise();
	if (strcmp(action, "flip") == 0)
		flip_asked = true;
	while (strcmp(action, "hang") == 0)
		pause();
	return CKR_OK;
}

/* True if the line is about this function and has let its N calls pass. */
static bool is_due(char *line, int number, const char *function, char **action, unsigned long *ms)
{
	char *rest = NULL;
	char *name = strtok_r(line, " \t\r\n", &rest);
	*action = strtok_r(NULL, " \t\r\n", &rest);
	if (!name || !*action || *name == '#' || strcmp(name, function) != 0)
		return false;
	unsigned long after = 0;
	for (char *word = strtok_r(NULL, " \t\r\n", &rest); word; word = strtok_r(NULL, " \t\r\n", &rest)) {
		char *next = strcmp(word, "after") == 0 ? strtok_r(NULL, " \t\r\n", &rest) : NULL;
		if (next)
			after = strtoul(next, NULL, 10);
		else
			*ms = strtoul(word, NULL, 10);
	}
	lock_module();
	bool due = memory.passed[number] >= after;
	if (!due)
		memory.passed[number]++;
	unlock_module();
	return due;
}

static void notice_new_file(FILE *file)
{
	struct stat facts;
	if (fstat(fileno(file), &facts) != 0)
		return;
	struct file_version version = {facts.st_ino, facts.st_size, facts.st_mtim};
	lock_module();
	if (memory.version.inode != version.inode || memory.version.modified_at.tv_sec != version.modified_at.tv_sec
		|| memory.version.modified_at.tv_nsec != version.modified_at.tv_nsec) {
		memset(&memory, 0, sizeof memory);
		memory.version = version;
	}
	unlock_module();
}

CK_RV meet_fault(const char *function, long slot)
{
	char path[PATH_LIMIT], line[256];
	CK_RV result = CKR_OK;
	flip_asked = false;
	snprintf(path, sizeof path, "%s/faults", state_folder());
	FILE *file = fopen(path, "re");
	if (!file)
		return CKR_OK;
	notice_new_file(file);
	for (int number = 0; result == CKR_OK && number < LINES_LIMIT && fgets(line, sizeof line, file); number++) {
		char *action = NULL;
		unsigned long ms = 0;
		if (is_due(line, number, function, &action, &ms))
			result = act(action, ms, slot);
	}
	fclose(file);
	return result;
}
