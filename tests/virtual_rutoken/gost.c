/* GOST R 34.10-2012 over libcrypto's arithmetic of curves: no engine, so it runs wherever OpenSSL 3 does. Not constant-time: a test part. */
#include "virtual_rutoken.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/objects.h>
#include <string.h>

/* Short Weierstrass form, numbers in hexadecimal: prime, a, b, order, base point. RFC 4357, RFC 7836. */
struct curve {
	int bits, cofactor;
	const char *oids[3];
	const char *prime, *a, *b, *order, *x, *y;
};
static const struct curve CURVES[] = {
	{256, 1, {"1.2.643.2.2.35.1", "1.2.643.2.2.36.0", "1.2.643.7.1.2.1.1.2"},
		"FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFD97",
		"FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFD94",
		"A6",
		"FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF6C611070995AD10045841B09B761B893",
		"1",
		"8D91E471E0989CDA27DF505A453F2B7635294F2DDF23E3B122ACC99C9E9F1E14"},
	{256, 1, {"1.2.643.2.2.35.2", "1.2.643.7.1.2.1.1.3"},
		"8000000000000000000000000000000000000000000000000000000000000C99",
		"8000000000000000000000000000000000000000000000000000000000000C96",
		"3E1AF419A269A5F866A7D3C25C3DF80AE979259373FF2B182F49D4CE7E1BBC8B",
		"800000000000000000000000000000015F700CFFF1A624E5E497161BCC8A198F",
		"1",
		"3FA8124359F96680B83D1C3EB2C070E5C545C9858D03ECFB744BF8D717717EFC"},
	{256, 1, {"1.2.643.2.2.35.3", "1.2.643.2.2.36.1", "1.2.643.7.1.2.1.1.4"},
		"9B9F605F5A858107AB1EC85E6B41C8AACF846E86789051D37998F7B9022D759B",
		"9B9F605F5A858107AB1EC85E6B41C8AACF846E86789051D37998F7B9022D7598",
		"805A",
		"9B9F605F5A858107AB1EC85E6B41C8AA582CA3511EDDFB74F02F3A6598980BB9",
		"0",
		"41ECE55743711A8C3CBF3783CD08C0EE4D4DC440D4641A8F366E550DFDB3BB67"},
	{256, 4, {"1.2.643.7.1.2.1.1.1"},
		"FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFD97",
		"C2173F1513981673AF4892C23035A27CE25E2013BF95AA33B22C656F277E7335",
		"295F9BAE7428ED9CCC20E7C359A9D41A22FCCD9108E17BF7BA9337A6F8AE9513",
		"400000000000000000000000000000000FD8CDDFC87B6635C115AF556C360C67",
		"91E38443A5E82C0D880923425712B2BB658B9196932E02C78B2582FE742DAA28",
		"32879423AB1A0375895786C4BB46E9565FDE0B5344766740AF268ADB32322E5C"},
	{512, 1, {"1.2.643.7.1.2.1.2.1"},
		"FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFDC7",
		"FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFDC4",
		"E8C2505DEDFC86DDC1BD0B2B6667F1DA34B82574761CB0E879BD081CFD0B6265EE3CB090F30D27614CB4574010DA90DD862EF9D4EBEE4761503190785A71C760",
		"FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF27E69532F48D89116FF22B8D4E0560609B4B38ABFAD2B85DCACDB1411F10B275",
		"3",
		"7503CFE87A836AE3A61B8816E25450E6CE5E1C93ACF1ABC1778064FDCBEFA921DF1626BE4FD036E93D75E6A50E3A41E98028FE5FC235F5B889A589CB5215F2A4"},
	{512, 1, {"1.2.643.7.1.2.1.2.2"},
		"8000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000006F",
		"8000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000006C",
		"687D1B459DC841457E3E06CF6F5E2517B97C7D614AF138BCBF85DC806C4B289F3E965D2DB1416D217F8B276FAD1AB69C50F78BEE1FA3106EFB8CCBC7C5140116",
		"800000000000000000000000000000000000000000000000000000000000000149A1EC142565A545ACFDB77BD9D40CFA8B996712101BEA0EC6346C54374F25BD",
		"2",
		"1A8F7EDA389B094C2C071E3647A8940F3C123B697578C213BE6DD9E6C8EC7335DCB228FD1EDF4A39152CBCAAF8C0398828041055F94CEEEC7E21340780FE41BD"},
	{512, 4, {"1.2.643.7.1.2.1.2.3"},
		"FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFDC7",
		"DC9203E514A721875485A529D2C722FB187BC8980EB866644DE41C68E143064546E861C0E2C9EDD92ADE71F46FCF50FF2AD97F951FDA9F2A2EB6546F39689BD3",
		"B4C4EE28CEBC6C2C8AC12952CF37F16AC7EFB6A9F69F4B57FFDA2E4F0DE5ADE038CBC2FFF719D2C18DE0284B8BFEF3B52B8CC7A5F5BF0A3C8D2319A5312557E1",
		"3FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC98CDBA46506AB004C33A9FF5147502CC8EDA9E7A769A12694623CEF47F023ED",
		"E2E31EDFC23DE7BDEBE241CE593EF5DE2295B7A9CBAEF021D385F7074CEA043AA27272A7AE602BF2A7B9033DB9ED3610C6FB85487EAE97AAC5BC7928C1950148",
		"F5CE40D95B5EB899ABBCCFF5911CB8577939804D6527378B8C108C3D2090FF9BE18E2D33E3021ED2EF32D85822423B6304F726AA854BAE07D0396E9A9ADDC40F"},
};
static EC_GROUP *groups[COUNT_OF(CURVES)];

static EC_GROUP *build_group(const struct curve *curve, BN_CTX *context)
{
	const char *texts[] = {curve->prime, curve->a, curve->b, curve->order, curve->x, curve->y};
	BIGNUM *numbers[COUNT_OF(texts)] = {NULL}, *cofactor = BN_new();
	bool good = cofactor && BN_set_word(cofactor, (BN_ULONG)curve->cofactor);
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		good = BN_hex2bn(&numbers[i], texts[i]) && good;
	EC_GROUP *group = good ? EC_GROUP_new_curve_GFp(numbers[0], numbers[1], numbers[2], context) : NULL;
	EC_POINT *base = group ? EC_POINT_new(group) : NULL;
	if (!base || !EC_POINT_set_affine_coordinates(group, base, numbers[4], numbers[5], context)
		|| !EC_GROUP_set_generator(group, base, numbers[3], cofactor)) {
		EC_GROUP_free(group);
		group = NULL;
	}
	EC_POINT_free(base);
	BN_free(cofactor);
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		BN_free(numbers[i]);
	return group;
}

static bool curve_is_known_as(const struct curve *curve, const char *dotted)
{
	for (size_t i = 0; i < COUNT_OF(curve->oids) && curve->oids[i]; i++)
		if (strcmp(curve->oids[i], dotted) == 0)
			return true;
	return false;
}

/* The curve that CKA_GOSTR3410_PARAMS names: a DER object identifier. */
static EC_GROUP *find_group(int bits, const CK_BYTE *curve_oid, CK_ULONG length, BN_CTX *context)
{
	char dotted[80] = "";
	const unsigned char *place = curve_oid;
	ASN1_OBJECT *oid = d2i_ASN1_OBJECT(NULL, &place, (long)length);
	if (oid)
		OBJ_obj2txt(dotted, sizeof dotted, oid, 1);
	ASN1_OBJECT_free(oid);
	for (size_t i = 0; i < COUNT_OF(CURVES); i++) {
		if (CURVES[i].bits != bits || !curve_is_known_as(&CURVES[i], dotted))
			continue;
		if (!groups[i])
			groups[i] = build_group(&CURVES[i], context);
		return groups[i];
	}
	return NULL;
}

static bool random_scalar(BIGNUM *scalar, const BIGNUM *order)
{
	do {
		if (!BN_priv_rand_range(scalar, order))
			return false;
	} while (BN_is_zero(scalar));
	return true;
}

CK_RV generate_gost_key(int bits, const CK_BYTE *curve_oid, CK_ULONG length, CK_BYTE *scalar, CK_BYTE *point)
{
	int size = bits / 8;
	CK_RV result = CKR_DOMAIN_PARAMS_INVALID;
	BN_CTX *context = BN_CTX_new();
	BN_CTX_start(context);
	BIGNUM *d = BN_CTX_get(context), *x = BN_CTX_get(context), *y = BN_CTX_get(context);
	EC_GROUP *group = find_group(bits, curve_oid, length, context);
	EC_POINT *q = group ? EC_POINT_new(group) : NULL;
	if (q) {
		bool made = random_scalar(d, EC_GROUP_get0_order(group)) && EC_POINT_mul(group, q, d, NULL, NULL, context)
			&& EC_POINT_get_affine_coordinates(group, q, x, y, context) && BN_bn2lebinpad(d, scalar, size) == size
			&& BN_bn2lebinpad(x, point, size) == size && BN_bn2lebinpad(y, point + size, size) == size;
		result = made ? CKR_OK : CKR_FUNCTION_FAILED;
	}
	EC_POINT_clear_free(q);
	BN_CTX_end(context);
	BN_CTX_free(context);
	return result;
}

/* The digest is a little-endian number modulo the order; zero becomes one. */
static bool read_digest(BIGNUM *e, const CK_BYTE *digest, int size, const BIGNUM *order, BN_CTX *context)
{
	if (!BN_lebin2bn(digest, size, e) || !BN_mod(e, e, order, context))
		return false;
	return !BN_is_zero(e) || BN_one(e);
}

/* r of a fresh k: the x of kP modulo the order. */
static bool random_point(const EC_GROUP *group, BIGNUM *k, BIGNUM *r, BN_CTX *context)
{
	const BIGNUM *order = EC_GROUP_get0_order(group);
	EC_POINT *point = EC_POINT_new(group);
	bool made = point && random_scalar(k, order) && EC_POINT_mul(group, point, k, NULL, NULL, context)
		&& EC_POINT_get_affine_coordinates(group, point, r, NULL, context) && BN_mod(r, r, order, context);
	EC_POINT_free(point);
	return made;
}

/* s = r·d + k·e; a zero in r or s asks for another k. */
static bool compute_signature(const EC_GROUP *group, const BIGNUM *d, const BIGNUM *e, BIGNUM *r, BIGNUM *s, BN_CTX *context)
{
	const BIGNUM *order = EC_GROUP_get0_order(group);
	BIGNUM *k = BN_CTX_get(context), *product = BN_CTX_get(context);
	do {
		if (!random_point(group, k, r, context) || !BN_mod_mul(product, r, d, order, context) || !BN_mod_mul(s, k, e, order, context)
			|| !BN_mod_add(s, s, product, order, context))
			return false;
	} while (BN_is_zero(r) || BN_is_zero(s));
	return true;
}

/* `key` holds the curve and the scalar; the signature is s||r, each big-endian. */
bool sign_gost(const struct gost_key *key, const CK_BYTE *digest, CK_BYTE *signature)
{
	int size = key->bits / 8;
	BN_CTX *context = BN_CTX_new();
	BN_CTX_start(context);
	BIGNUM *d = BN_CTX_get(context), *e = BN_CTX_get(context), *r = BN_CTX_get(context), *s = BN_CTX_get(context);
	EC_GROUP *group = find_group(key->bits, key->curve_oid, key->curve_oid_length, context);
	bool made = group && BN_lebin2bn(key->octets, size, d) && read_digest(e, digest, size, EC_GROUP_get0_order(group), context)
		&& compute_signature(group, d, e, r, s, context) && BN_bn2binpad(s, signature, size) == size
		&& BN_bn2binpad(r, signature + size, size) == size;
	BN_CTX_end(context);
	BN_CTX_free(context);
	return made;
}

/* R of the standard: x of (s/e)·P - (r/e)·Q modulo the order. */
static bool check_signature(const EC_GROUP *group, const EC_POINT *q, const BIGNUM *e, const BIGNUM *r, const BIGNUM *s, BN_CTX *context)
{
	const BIGNUM *order = EC_GROUP_get0_order(group);
	BIGNUM *v = BN_CTX_get(context), *z1 = BN_CTX_get(context), *z2 = BN_CTX_get(context);
	if (BN_is_zero(r) || BN_is_zero(s) || BN_cmp(r, order) >= 0 || BN_cmp(s, order) >= 0)
		return false;
	EC_POINT *c = EC_POINT_new(group);
	bool same = c && BN_mod_inverse(v, e, order, context) && BN_mod_mul(z1, s, v, order, context) && BN_mod_mul(z2, r, v, order, context)
		&& BN_sub(z2, order, z2) && EC_POINT_mul(group, c, z1, q, z2, context)
		&& EC_POINT_get_affine_coordinates(group, c, v, NULL, context) && BN_mod(v, v, order, context) && BN_cmp(v, r) == 0;
	EC_POINT_free(c);
	return same;
}

/* `key` holds the curve and the point x||y, each little-endian. */
bool verify_gost(const struct gost_key *key, const CK_BYTE *digest, const CK_BYTE *signature)
{
	int size = key->bits / 8;
	BN_CTX *context = BN_CTX_new();
	BN_CTX_start(context);
	BIGNUM *e = BN_CTX_get(context), *r = BN_CTX_get(context), *s = BN_CTX_get(context), *x = BN_CTX_get(context), *y = BN_CTX_get(context);
	EC_GROUP *group = find_group(key->bits, key->curve_oid, key->curve_oid_length, context);
	EC_POINT *q = group ? EC_POINT_new(group) : NULL;
	bool good = q && BN_lebin2bn(key->octets, size, x) && BN_lebin2bn(key->octets + size, size, y)
		&& EC_POINT_set_affine_coordinates(group, q, x, y, context) && read_digest(e, digest, size, EC_GROUP_get0_order(group), context)
		&& BN_bin2bn(signature, size, s) && BN_bin2bn(signature + size, size, r) && check_signature(group, q, e, r, s, context);
	EC_POINT_free(q);
	BN_CTX_end(context);
	BN_CTX_free(context);
	return good;
}
