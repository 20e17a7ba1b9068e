/* GOST R 34.11-2012 (Streebog, RFC 6986), written from the definitions, so that the token needs nothing of the product and no engine. */
#include "virtual_rutoken.h"

#include <pthread.h>
#include <string.h>

enum { BLOCK_BYTES = 64, WORDS = 8, ROUNDS = 12 };

/* RFC 6986, 6.2: the substitution of octets. */
static const unsigned char PERMUTATION[256] = {
	0xfc, 0xee, 0xdd, 0x11, 0xcf, 0x6e, 0x31, 0x16, 0xfb, 0xc4, 0xfa, 0xda, 0x23, 0xc5, 0x04, 0x4d,
	0xe9, 0x77, 0xf0, 0xdb, 0x93, 0x2e, 0x99, 0xba, 0x17, 0x36, 0xf1, 0xbb, 0x14, 0xcd, 0x5f, 0xc1,
	0xf9, 0x18, 0x65, 0x5a, 0xe2, 0x5c, 0xef, 0x21, 0x81, 0x1c, 0x3c, 0x42, 0x8b, 0x01, 0x8e, 0x4f,
	0x05, 0x84, 0x02, 0xae, 0xe3, 0x6a, 0x8f, 0xa0, 0x06, 0x0b, 0xed, 0x98, 0x7f, 0xd4, 0xd3, 0x1f,
	0xeb, 0x34, 0x2c, 0x51, 0xea, 0xc8, 0x48, 0xab, 0xf2, 0x2a, 0x68, 0xa2, 0xfd, 0x3a, 0xce, 0xcc,
	0xb5, 0x70, 0x0e, 0x56, 0x08, 0x0c, 0x76, 0x12, 0xbf, 0x72, 0x13, 0x47, 0x9c, 0xb7, 0x5d, 0x87,
	0x15, 0xa1, 0x96, 0x29, 0x10, 0x7b, 0x9a, 0xc7, 0xf3, 0x91, 0x78, 0x6f, 0x9d, 0x9e, 0xb2, 0xb1,
	0x32, 0x75, 0x19, 0x3d, 0xff, 0x35, 0x8a, 0x7e, 0x6d, 0x54, 0xc6, 0x80, 0xc3, 0xbd, 0x0d, 0x57,
	0xdf, 0xf5, 0x24, 0xa9, 0x3e, 0xa8, 0x43, 0xc9, 0xd7, 0x79, 0xd6, 0xf6, 0x7c, 0x22, 0xb9, 0x03,
	0xe0, 0x0f, 0xec, 0xde, 0x7a, 0x94, 0xb0, 0xbc, 0xdc, 0xe8, 0x28, 0x50, 0x4e, 0x33, 0x0a, 0x4a,
	0xa7, 0x97, 0x60, 0x73, 0x1e, 0x00, 0x62, 0x44, 0x1a, 0xb8, 0x38, 0x82, 0x64, 0x9f, 0x26, 0x41,
	0xad, 0x45, 0x46, 0x92, 0x27, 0x5e, 0x55, 0x2f, 0x8c, 0xa3, 0xa5, 0x7d, 0x69, 0xd5, 0x95, 0x3b,
	0x07, 0x58, 0xb3, 0x40, 0x86, 0xac, 0x1d, 0xf7, 0x30, 0x37, 0x6b, 0xe4, 0x88, 0xd9, 0xe7, 0x89,
	0xe1, 0x1b, 0x83, 0x49, 0x4c, 0x3f, 0xf8, 0xfe, 0x8d, 0x53, 0xaa, 0x90, 0xca, 0xd8, 0x85, 0x61,
	0x20, 0x71, 0x67, 0xa4, 0x2d, 0x2b, 0x09, 0x5b, 0xcb, 0x9b, 0x25, 0xd0, 0xbe, 0xe5, 0x6c, 0x52,
	0x59, 0xa6, 0x74, 0xd2, 0xe6, 0xf4, 0xb4, 0xc0, 0xd1, 0x66, 0xaf, 0xc2, 0x39, 0x4b, 0x63, 0xb6,
};

/* 6.4: the rows of the linear transformation; row 0 answers for the most significant bit. */
static const uint64_t LINEAR_ROWS[64] = {
	0x8e20faa72ba0b470ULL, 0x47107ddd9b505a38ULL, 0xad08b0e0c3282d1cULL, 0xd8045870ef14980eULL,
	0x6c022c38f90a4c07ULL, 0x3601161cf205268dULL, 0x1b8e0b0e798c13c8ULL, 0x83478b07b2468764ULL,
	0xa011d380818e8f40ULL, 0x5086e740ce47c920ULL, 0x2843fd2067adea10ULL, 0x14aff010bdd87508ULL,
	0x0ad97808d06cb404ULL, 0x05e23c0468365a02ULL, 0x8c711e02341b2d01ULL, 0x46b60f011a83988eULL,
	0x90dab52a387ae76fULL, 0x486dd4151c3dfdb9ULL, 0x24b86a840e90f0d2ULL, 0x125c354207487869ULL,
	0x092e94218d243cbaULL, 0x8a174a9ec8121e5dULL, 0x4585254f64090fa0ULL, 0xaccc9ca9328a8950ULL,
	0x9d4df05d5f661451ULL, 0xc0a878a0a1330aa6ULL, 0x60543c50de970553ULL, 0x302a1e286fc58ca7ULL,
	0x18150f14b9ec46ddULL, 0x0c84890ad27623e0ULL, 0x0642ca05693b9f70ULL, 0x0321658cba93c138ULL,
	0x86275df09ce8aaa8ULL, 0x439da0784e745554ULL, 0xafc0503c273aa42aULL, 0xd960281e9d1d5215ULL,
	0xe230140fc0802984ULL, 0x71180a8960409a42ULL, 0xb60c05ca30204d21ULL, 0x5b068c651810a89eULL,
	0x456c34887a3805b9ULL, 0xac361a443d1c8cd2ULL, 0x561b0d22900e4669ULL, 0x2b838811480723baULL,
	0x9bcf4486248d9f5dULL, 0xc3e9224312c8c1a0ULL, 0xeffa11af0964ee50ULL, 0xf97d86d98a327728ULL,
	0xe4fa2054a80b329cULL, 0x727d102a548b194eULL, 0x39b008152acb8227ULL, 0x9258048415eb419dULL,
	0x492c024284fbaec0ULL, 0xaa16012142f35760ULL, 0x550b8e9e21f7a530ULL, 0xa48b474f9ef5dc18ULL,
	0x70a6a56e2440598eULL, 0x3853dc371220a247ULL, 0x1ca76e95091051adULL, 0x0edd37c48a08a6d8ULL,
	0x07e095624504536cULL, 0x8d70c431ac02a736ULL, 0xc83862965601dd1bULL, 0x641c314b2b8ee083ULL,
};

/* 6.5: the iteration constants, least significant word first. */
static const uint64_t ITERATION_CONSTANTS[ROUNDS][WORDS] = {
	{0xdd806559f2a64507ULL, 0x05767436cc744d23ULL, 0xa2422a08a460d315ULL, 0x4b7ce09192676901ULL,
	 0x714eb88d7585c4fcULL, 0x2f6a76432e45d016ULL, 0xebcb2f81c0657c1fULL, 0xb1085bda1ecadae9ULL},
	{0xe679047021b19bb7ULL, 0x55dda21bd7cbcd56ULL, 0x5cb561c2db0aa7caULL, 0x9ab5176b12d69958ULL,
	 0x61d55e0f16b50131ULL, 0xf3feea720a232b98ULL, 0x4fe39d460f70b5d7ULL, 0x6fa3b58aa99d2f1aULL},
	{0x991e96f50aba0ab2ULL, 0xc2b6f443867adb31ULL, 0xc1c93a376062db09ULL, 0xd3e20fe490359eb1ULL,
	 0xf2ea7514b1297b7bULL, 0x06f15e5f529c1f8bULL, 0x0a39fc286a3d8435ULL, 0xf574dcac2bce2fc7ULL},
	{0x220cbebc84e3d12eULL, 0x3453eaa193e837f1ULL, 0xd8b71333935203beULL, 0xa9d72c82ed03d675ULL,
	 0x9d721cad685e353fULL, 0x488e857e335c3c7dULL, 0xf948e1a05d71e4ddULL, 0xef1fdfb3e81566d2ULL},
	{0x601758fd7c6cfe57ULL, 0x7a56a27ea9ea63f5ULL, 0xdfff00b723271a16ULL, 0xbfcd1747253af5a3ULL,
	 0x359e35d7800fffbdULL, 0x7f151c1f1686104aULL, 0x9a3f410c6ca92363ULL, 0x4bea6bacad474799ULL},
	{0xfa68407a46647d6eULL, 0xbf71c57236904f35ULL, 0x0af21f66c2bec6b6ULL, 0xcffaa6b71c9ab7b4ULL,
	 0x187f9ab49af08ec6ULL, 0x2d66c4f95142a46cULL, 0x6fa4c33b7a3039c0ULL, 0xae4faeae1d3ad3d9ULL},
	{0x8886564d3a14d493ULL, 0x3517454ca23c4af3ULL, 0x06476983284a0504ULL, 0x0992abc52d822c37ULL,
	 0xd3473e33197a93c9ULL, 0x399ec6c7e6bf87c9ULL, 0x51ac86febf240954ULL, 0xf4c70e16eeaac5ecULL},
	{0xa47f0dd4bf02e71eULL, 0x36acc2355951a8d9ULL, 0x69d18d2bd1a5c42fULL, 0xf4892bcb929b0690ULL,
	 0x89b4443b4ddbc49aULL, 0x4eb7f8719c36de1eULL, 0x03e7aa020c6e4141ULL, 0x9b1f5b424d93c9a7ULL},
	{0x7261445183235adbULL, 0x0e38dc92cb1f2a60ULL, 0x7b2b8a9aa6079c54ULL, 0x800a440bdbb2ceb1ULL,
	 0x3cd955b7e00d0984ULL, 0x3a7d3a1b25894224ULL, 0x944c9ad8ec165fdeULL, 0x378f5a541631229bULL},
	{0x74b4c7fb98459cedULL, 0x3698fad1153bb6c3ULL, 0x7a1e6c303b7652f4ULL, 0x9fe76702af69334bULL,
	 0x1fffe18a1b336103ULL, 0x8941e71cff8a78dbULL, 0x382ae548b2e4f3f3ULL, 0xabbedea680056f52ULL},
	{0x6bcaa4cd81f32d1bULL, 0xdea2594ac06fd85dULL, 0xefbacd1d7d476e98ULL, 0x8a1d71efea48b9caULL,
	 0x2001802114846679ULL, 0xd8fa6bbbebab0761ULL, 0x3002c6cd635afe94ULL, 0x7bcd9ed0efc889fbULL},
	{0x48bc924af11bd720ULL, 0xfaf417d5d9b21b99ULL, 0xe71da4aa88e12852ULL, 0x5d80ef9d1891cc86ULL,
	 0xf82012d430219f9bULL, 0xcda43c32bcdf1d77ULL, 0xd21380b00449b17aULL, 0x378ee767f11631baULL},
};

/* Substitution and linear transformation of an octet at each place of a word, in one look-up. */
static uint64_t tables[WORDS][256];

static void make_tables(void)
{
	for (int place = 0; place < WORDS; place++)
		for (int octet = 0; octet < 256; octet++) {
			uint64_t word = (uint64_t)PERMUTATION[octet] << (8 * place), product = 0;
			for (int bit = 0; bit < 64; bit++)
				if (word >> (63 - bit) & 1)
					product ^= LINEAR_ROWS[bit];
			tables[place][octet] = product;
		}
}

/* LPS of the standard over a XOR b: substitute, transpose, multiply. */
static void transform(uint64_t out[WORDS], const uint64_t a[WORDS], const uint64_t b[WORDS])
{
	uint64_t mixed[WORDS], result[WORDS];
	for (int i = 0; i < WORDS; i++)
		mixed[i] = a[i] ^ b[i];
	for (int j = 0; j < WORDS; j++) {
		uint64_t word = 0;
#pragma GCC unroll 8
		for (int i = 0; i < WORDS; i++)
			word ^= tables[i][mixed[i] >> (8 * j) & 0xff];
		result[j] = word;
	}
	memcpy(out, result, sizeof result);
}

static void compress(uint64_t state[WORDS], const uint64_t counter[WORDS], const uint64_t block[WORDS])
{
	uint64_t key[WORDS], text[WORDS];
	transform(key, state, counter);
	memcpy(text, block, sizeof text);
	for (int round = 0; round < ROUNDS; round++) {
		transform(text, text, key);
		transform(key, key, ITERATION_CONSTANTS[round]);
	}
	for (int i = 0; i < WORDS; i++)
		state[i] ^= text[i] ^ key[i] ^ block[i];
}

/* Addition modulo 2^512. */
static void add(uint64_t sum[WORDS], const uint64_t term[WORDS])
{
	unsigned carry = 0;
	for (int i = 0; i < WORDS; i++) {
		uint64_t one = sum[i] + term[i];
		uint64_t both = one + carry;
		carry = (one < term[i]) | (both < one);
		sum[i] = both;
	}
}

static void load(uint64_t words[WORDS], const CK_BYTE *octets)
{
	for (int i = 0; i < WORDS; i++) {
		words[i] = 0;
		for (int place = 7; place >= 0; place--)
			words[i] = words[i] << 8 | octets[8 * i + place];
	}
}

static void take_block(struct streebog *run, const CK_BYTE *octets, uint64_t message_bits)
{
	uint64_t block[WORDS], length[WORDS] = {message_bits};
	load(block, octets);
	compress(run->state, run->counter, block);
	add(run->counter, length);
	add(run->sum, block);
}

void streebog_start(struct streebog *run, int bits)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, make_tables);
	memset(run, 0, sizeof *run);
	run->bits = bits;
	memset(run->state, bits == 256 ? 1 : 0, sizeof run->state);
}

void streebog_update(struct streebog *run, const CK_BYTE *part, CK_ULONG length)
{
	while (length > 0) {
		CK_ULONG room = BLOCK_BYTES - run->waiting, taken = length < room ? length : room;
		memcpy(run->block + run->waiting, part, taken);
		run->waiting += taken;
		part += taken;
		length -= taken;
		if (run->waiting == BLOCK_BYTES) {
			take_block(run, run->block, 8 * BLOCK_BYTES);
			run->waiting = 0;
		}
	}
}

void streebog_finish(struct streebog *run, CK_BYTE *digest)
{
	static const uint64_t ZERO[WORDS];
	memset(run->block + run->waiting, 0, BLOCK_BYTES - run->waiting);
	run->block[run->waiting] = 1;
	take_block(run, run->block, 8 * run->waiting);
	compress(run->state, ZERO, run->counter);
	compress(run->state, ZERO, run->sum);
	for (int i = run->bits == 256 ? 4 : 0; i < WORDS; i++)
		for (int place = 0; place < 8; place++)
			*digest++ = (CK_BYTE)(run->state[i] >> (8 * place));
}
