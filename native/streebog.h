/* Streebog, GOST R 34.11-2012 (RFC 6986). The definitions come from the caller once; the tables are made from them. */
#ifndef EXTERN_DESKTOP_STREEBOG_H
#define EXTERN_DESKTOP_STREEBOG_H

#include <stddef.h>
#include <stdint.h>

enum { STREEBOG_BLOCK = 64, STREEBOG_WORDS = 8, STREEBOG_ROUNDS = 12 };

typedef struct {
    uint64_t state[STREEBOG_WORDS];
    uint64_t length_bits[STREEBOG_WORDS];
    uint64_t sum[STREEBOG_WORDS];
    uint8_t tail[STREEBOG_BLOCK];
    size_t tail_length;
    int bits;
} streebog_hash;

/* 256 octets of the permutation, 64 little-endian rows of the linear transformation, 12 iteration constants. */
void streebog_define(const uint8_t *permutation, const uint8_t *linear_rows, const uint8_t *iteration_constants);
void streebog_start(streebog_hash *hash, int bits);
void streebog_update(streebog_hash *hash, const uint8_t *data, size_t length);
/* Writes bits / 8 octets; the hash itself is not changed. */
void streebog_digest(const streebog_hash *hash, uint8_t *digest);

#endif
