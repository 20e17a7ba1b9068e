/* The token's own time: with VIRTUAL_RUTOKEN_TIMING=1 each call adds a line `FUNCTION NANOSECONDS` to $VIRTUAL_RUTOKEN_DIR/spent. */
#include "virtual_rutoken.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static __thread struct timespec entered_at;
static int spent_file = -1; /* open while the module runs, so that measuring costs little of what it measures */

static bool is_measured(void)
{
	const char *flag = getenv("VIRTUAL_RUTOKEN_TIMING");
	return flag && strcmp(flag, "1") == 0;
}

void start_clock(void) { clock_gettime(CLOCK_MONOTONIC, &entered_at); }

void open_spent(void)
{
	char path[PATH_LIMIT];
	snprintf(path, sizeof path, "%s/spent", state_folder());
	if (is_measured())
		spent_file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
}

void close_spent(void)
{
	if (spent_file >= 0)
		close(spent_file);
	spent_file = -1;
}

void stop_clock(const char *function)
{
	char line[128];
	struct timespec now;
	if (spent_file < 0)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	long long spent = (now.tv_sec - entered_at.tv_sec) * 1000000000LL + (now.tv_nsec - entered_at.tv_nsec);
	int length = snprintf(line, sizeof line, "%s %lld\n", function, spent);
	if (write(spent_file, line, (size_t)length) < 0) /* one write, so lines of two processes do not mix */
		perror("virtual rutoken: spent");
}
