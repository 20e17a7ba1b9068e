#include "streebog.h"

#include <string.h>

static uint64_t tables[STREEBOG_WORDS][256];
static uint64_t constants[STREEBOG_ROUNDS][STREEBOG_WORDS];
static const uint64_t zero[STREEBOG_WORDS];

static uint64_t load(const uint8_t *octets)
{
    uint64_t word = 0;
    for (int i = 7; i >= 0; i--)
        word = word << 8 | octets[i];
    return word;
}

static void load_block(uint64_t *words, const uint8_t *octets)
{
    for (int i = 0; i < STREEBOG_WORDS; i++)
        words[i] = load(octets + 8 * i);
}

void streebog_define(const uint8_t *permutation, const uint8_t *linear_rows, const uint8_t *iteration_constants)
{
    for (int place = 0; place < STREEBOG_WORDS; place++)
        for (int value = 0; value < 256; value++) {
            uint64_t word = 0;
            for (int bit = 0; bit < 8; bit++)
                if (permutation[value] >> bit & 1)
                    word ^= load(linear_rows + 8 * (63 - 8 * place - bit));
            tables[place][value] = word;
        }
    for (int round = 0; round < STREEBOG_ROUNDS; round++)
        load_block(constants[round], iteration_constants + STREEBOG_BLOCK * round);
}

static inline uint64_t transform_word(const uint64_t *in, int place)
{
    int shift = 8 * place;
    return tables[0][(uint8_t)(in[0] >> shift)] ^ tables[1][(uint8_t)(in[1] >> shift)]
         ^ tables[2][(uint8_t)(in[2] >> shift)] ^ tables[3][(uint8_t)(in[3] >> shift)]
         ^ tables[4][(uint8_t)(in[4] >> shift)] ^ tables[5][(uint8_t)(in[5] >> shift)]
         ^ tables[6][(uint8_t)(in[6] >> shift)] ^ tables[7][(uint8_t)(in[7] >> shift)];
}

/* out = L(P(S(in))); written out so that the compiler keeps the words in registers. */
static inline void transform(uint64_t *out, const uint64_t *in)
{
    out[0] = transform_word(in, 0);
    out[1] = transform_word(in, 1);
    out[2] = transform_word(in, 2);
    out[3] = transform_word(in, 3);
    out[4] = transform_word(in, 4);
    out[5] = transform_word(in, 5);
    out[6] = transform_word(in, 6);
    out[7] = transform_word(in, 7);
}

static inline void xor_into(uint64_t *out, const uint64_t *left, const uint64_t *right)
{
    for (int i = 0; i < STREEBOG_WORDS; i++)
        out[i] = left[i] ^ right[i];
}

/* g_N(h, m) of RFC 6986 section 7. */
static void compress(uint64_t *state, const uint64_t *number, const uint64_t *block)
{
    uint64_t key[STREEBOG_WORDS], inner[STREEBOG_WORDS], mixed[STREEBOG_WORDS];
    xor_into(mixed, state, number);
    transform(key, mixed);
    xor_into(mixed, block, key);
    for (int round = 0; round < STREEBOG_ROUNDS; round++) {
        transform(inner, mixed);
        xor_into(mixed, key, constants[round]);
        transform(key, mixed);
        xor_into(mixed, inner, key);
    }
    for (int i = 0; i < STREEBOG_WORDS; i++)
        state[i] ^= mixed[i] ^ block[i];
}

static void add_into(uint64_t *sum, const uint64_t *term)
{
    uint64_t carry = 0;
    for (int i = 0; i < STREEBOG_WORDS; i++) {
        uint64_t partial = sum[i] + carry;
        carry = partial < carry;
        sum[i] = partial + term[i];
        carry += sum[i] < partial;
    }
}

static void take_block(streebog_hash *hash, const uint8_t *octets, uint64_t bits)
{
    uint64_t block[STREEBOG_WORDS], added[STREEBOG_WORDS] = {bits};
    load_block(block, octets);
    compress(hash->state, hash->length_bits, block);
    add_into(hash->length_bits, added);
    add_into(hash->sum, block);
}

void streebog_start(streebog_hash *hash, int bits)
{
    memset(hash, 0, sizeof *hash);
    hash->bits = bits;
    if (bits == 256)
        memset(hash->state, 1, sizeof hash->state);
}

void streebog_update(streebog_hash *hash, const uint8_t *data, size_t length)
{
    if (hash->tail_length) {
        size_t missing = STREEBOG_BLOCK - hash->tail_length;
        size_t taken = length < missing ? length : missing;
        memcpy(hash->tail + hash->tail_length, data, taken);
        hash->tail_length += taken;
        data += taken;
        length -= taken;
        if (hash->tail_length < STREEBOG_BLOCK)
            return;
        take_block(hash, hash->tail, 8 * STREEBOG_BLOCK);
        hash->tail_length = 0;
    }
    for (; length >= STREEBOG_BLOCK; data += STREEBOG_BLOCK, length -= STREEBOG_BLOCK)
        take_block(hash, data, 8 * STREEBOG_BLOCK);
    if (length)
        memcpy(hash->tail, data, length);
    hash->tail_length = length;
}

void streebog_digest(const streebog_hash *hash, uint8_t *digest)
{
    streebog_hash last = *hash;
    memset(last.tail + last.tail_length, 0, STREEBOG_BLOCK - last.tail_length);
    last.tail[last.tail_length] = 1;
    take_block(&last, last.tail, 8 * (uint64_t)last.tail_length);
    compress(last.state, zero, last.length_bits);
    compress(last.state, zero, last.sum);
    int size = last.bits / 8;
    for (int i = 0; i < size; i++) {
        int place = STREEBOG_BLOCK - size + i;
        digest[i] = (uint8_t)(last.state[place / 8] >> 8 * (place % 8));
    }
}
