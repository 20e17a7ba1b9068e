#include "curve.h"

#include <string.h>

/* A limb and a type twice as wide: 64-bit limbs where the compiler has 128-bit integers, 32-bit ones elsewhere. */
#ifdef __SIZEOF_INT128__
typedef uint64_t limb;
typedef unsigned __int128 wide;
#else
typedef uint32_t limb;
typedef uint64_t wide;
#endif

#ifdef _MSC_VER
#define ALWAYS_INLINE static __forceinline
#else
#define ALWAYS_INLINE static inline __attribute__((always_inline))
#endif

enum {
    LIMB_BYTES = sizeof(limb),
    LIMB_BITS = 8 * sizeof(limb),
    MAX_LIMBS = CURVE_MAX_BYTES / sizeof(limb),
    SMALL_LIMBS = MAX_LIMBS / 2,
    WINDOW_BITS = 4,
    WINDOW_POINTS = 1 << WINDOW_BITS
};

typedef struct {
    int limbs;
    limb p[MAX_LIMBS];
    limb a[MAX_LIMBS];      /* of the curve, in Montgomery's form */
    limb one[MAX_LIMBS];    /* R mod p */
    limb square[MAX_LIMBS]; /* R^2 mod p */
    limb inverse;           /* -1/p mod 2^LIMB_BITS */
    int a_is_minus_3;
} field;

/* x = X/Z^2, y = Y/Z^3, each in Montgomery's form; Z = 0 is the point at infinity. */
typedef struct {
    limb x[MAX_LIMBS], y[MAX_LIMBS], z[MAX_LIMBS];
} point;

ALWAYS_INLINE limb add_limbs(int n, limb *out, const limb *left, const limb *right)
{
    wide carry = 0;
    for (int i = 0; i < n; i++) {
        carry += (wide)left[i] + right[i];
        out[i] = (limb)carry;
        carry >>= LIMB_BITS;
    }
    return (limb)carry;
}

ALWAYS_INLINE limb subtract_limbs(int n, limb *out, const limb *left, const limb *right)
{
    limb borrow = 0;
    for (int i = 0; i < n; i++) {
        wide difference = (wide)left[i] - right[i] - borrow;
        out[i] = (limb)difference;
        borrow = (limb)(difference >> LIMB_BITS) & 1;
    }
    return borrow;
}

ALWAYS_INLINE void add_n(int n, const field *f, limb *out, const limb *left, const limb *right)
{
    limb reduced[MAX_LIMBS];
    limb carry = add_limbs(n, out, left, right);
    limb borrow = subtract_limbs(n, reduced, out, f->p);
    if (carry || !borrow)
        memcpy(out, reduced, (size_t)n * LIMB_BYTES);
}

ALWAYS_INLINE void subtract_n(int n, const field *f, limb *out, const limb *left, const limb *right)
{
    if (subtract_limbs(n, out, left, right))
        add_limbs(n, out, out, f->p);
}

/* Montgomery's product: left * right / R mod p. */
ALWAYS_INLINE void multiply_n(int n, const field *f, limb *out, const limb *left, const limb *right)
{
    limb total[MAX_LIMBS + 2] = {0}, reduced[MAX_LIMBS];
    for (int i = 0; i < n; i++) {
        wide carry = 0;
        for (int j = 0; j < n; j++) {
            carry += (wide)left[j] * right[i] + total[j];
            total[j] = (limb)carry;
            carry >>= LIMB_BITS;
        }
        carry += total[n];
        total[n] = (limb)carry;
        total[n + 1] = (limb)(carry >> LIMB_BITS);
        limb factor = total[0] * f->inverse;
        carry = ((wide)factor * f->p[0] + total[0]) >> LIMB_BITS;
        for (int j = 1; j < n; j++) {
            carry += (wide)factor * f->p[j] + total[j];
            total[j - 1] = (limb)carry;
            carry >>= LIMB_BITS;
        }
        carry += total[n];
        total[n - 1] = (limb)carry;
        total[n] = total[n + 1] + (limb)(carry >> LIMB_BITS);
    }
    limb borrow = subtract_limbs(n, reduced, total, f->p);
    memcpy(out, total[n] || !borrow ? reduced : total, (size_t)n * LIMB_BYTES);
}

/* The two sizes get loops of a constant length. */
#define FOR_BOTH_SIZES(name, kernel)                                                    \
    static void name(const field *f, limb *out, const limb *left, const limb *right)    \
    {                                                                                   \
        if (f->limbs == SMALL_LIMBS)                                                    \
            kernel(SMALL_LIMBS, f, out, left, right);                                   \
        else                                                                            \
            kernel(MAX_LIMBS, f, out, left, right);                                     \
    }
FOR_BOTH_SIZES(add, add_n)
FOR_BOTH_SIZES(subtract, subtract_n)
FOR_BOTH_SIZES(multiply, multiply_n)

static int is_zero(const field *f, const limb *value)
{
    limb any = 0;
    for (int i = 0; i < f->limbs; i++)
        any |= value[i];
    return !any;
}

static void load(int n, limb *out, const uint8_t *octets)
{
    for (int i = 0; i < n; i++) {
        limb value = 0;
        for (int j = LIMB_BYTES - 1; j >= 0; j--)
            value = (limb)(value << 8) | octets[i * LIMB_BYTES + j];
        out[i] = value;
    }
}

static void start_field(field *f, size_t size, const uint8_t *p, const uint8_t *a)
{
    memset(f, 0, sizeof *f);
    f->limbs = (int)(size / LIMB_BYTES);
    load(f->limbs, f->p, p);
    limb inverse = 1; /* Newton: each step doubles the number of right bits */
    for (int right = 1; right < LIMB_BITS; right *= 2)
        inverse *= 2 - f->p[0] * inverse;
    f->inverse = (limb)(0 - inverse);
    limb power[MAX_LIMBS] = {1}, plain[MAX_LIMBS] = {0}, minus_3[MAX_LIMBS] = {0}, three[MAX_LIMBS] = {3};
    int bits = LIMB_BITS * f->limbs;
    for (int i = 0; i < 2 * bits; i++) {
        if (i == bits)
            memcpy(f->one, power, sizeof power);
        add(f, power, power, power);
    }
    memcpy(f->square, power, sizeof power);
    load(f->limbs, plain, a);
    subtract_limbs(f->limbs, minus_3, f->p, three);
    f->a_is_minus_3 = memcmp(minus_3, plain, (size_t)f->limbs * LIMB_BYTES) == 0;
    multiply(f, f->a, plain, f->square);
}

/* value^(p - 2): the inverse, by Fermat. */
static void invert(const field *f, limb *out, const limb *value)
{
    limb exponent[MAX_LIMBS] = {0}, two[MAX_LIMBS] = {2}, power[MAX_LIMBS];
    subtract_limbs(f->limbs, exponent, f->p, two);
    memcpy(power, f->one, sizeof power);
    for (int bit = LIMB_BITS * f->limbs - 1; bit >= 0; bit--) {
        multiply(f, power, power, power);
        if (exponent[bit / LIMB_BITS] >> (bit % LIMB_BITS) & 1)
            multiply(f, power, power, value);
    }
    memcpy(out, power, sizeof power);
}

static void double_point(const field *f, point *out, const point *in)
{
    limb slope[MAX_LIMBS], s[MAX_LIMBS], yy[MAX_LIMBS], zz[MAX_LIMBS], t[MAX_LIMBS], x[MAX_LIMBS];
    if (is_zero(f, in->z) || is_zero(f, in->y)) {
        memset(out, 0, sizeof *out);
        return;
    }
    multiply(f, yy, in->y, in->y);
    multiply(f, s, in->x, yy);
    add(f, s, s, s);
    add(f, s, s, s); /* 4xy^2 */
    multiply(f, zz, in->z, in->z);
    if (f->a_is_minus_3) { /* 3(x - z^2)(x + z^2) */
        subtract(f, slope, in->x, zz);
        add(f, t, in->x, zz);
        multiply(f, t, slope, t);
        add(f, slope, t, t);
        add(f, slope, slope, t);
    } else { /* 3x^2 + az^4 */
        multiply(f, t, in->x, in->x);
        add(f, slope, t, t);
        add(f, slope, slope, t);
        multiply(f, t, zz, zz);
        multiply(f, t, t, f->a);
        add(f, slope, slope, t);
    }
    multiply(f, t, in->y, in->z);
    add(f, out->z, t, t);
    multiply(f, x, slope, slope);
    subtract(f, x, x, s);
    subtract(f, x, x, s);
    multiply(f, yy, yy, yy);
    add(f, yy, yy, yy);
    add(f, yy, yy, yy);
    add(f, yy, yy, yy); /* 8y^4 */
    subtract(f, s, s, x);
    multiply(f, s, slope, s);
    subtract(f, out->y, s, yy);
    memcpy(out->x, x, sizeof x);
}

static void add_points(const field *f, point *out, const point *left, const point *right)
{
    limb z1[MAX_LIMBS], z2[MAX_LIMBS], u[MAX_LIMBS], h[MAX_LIMBS], s[MAX_LIMBS], r[MAX_LIMBS], hh[MAX_LIMBS], t[MAX_LIMBS], x[MAX_LIMBS];
    if (is_zero(f, left->z)) {
        *out = *right;
        return;
    }
    if (is_zero(f, right->z)) {
        *out = *left;
        return;
    }
    multiply(f, z1, left->z, left->z);
    multiply(f, z2, right->z, right->z);
    multiply(f, u, left->x, z2);
    multiply(f, h, right->x, z1);
    subtract(f, h, h, u);
    multiply(f, s, left->y, right->z);
    multiply(f, s, s, z2);
    multiply(f, r, right->y, left->z);
    multiply(f, r, r, z1);
    subtract(f, r, r, s);
    if (is_zero(f, h)) {
        if (is_zero(f, r))
            double_point(f, out, left);
        else
            memset(out, 0, sizeof *out);
        return;
    }
    multiply(f, t, left->z, right->z);
    multiply(f, out->z, t, h);
    multiply(f, hh, h, h);
    multiply(f, u, u, hh);
    multiply(f, hh, hh, h);
    multiply(f, x, r, r);
    subtract(f, x, x, hh);
    subtract(f, x, x, u);
    subtract(f, x, x, u);
    subtract(f, u, u, x);
    multiply(f, u, u, r);
    multiply(f, s, s, hh);
    subtract(f, out->y, u, s);
    memcpy(out->x, x, sizeof x);
}

/* 0, 1 … 15 times the point. */
static void fill_window(const field *f, point *window, const uint8_t *octets)
{
    limb plain[MAX_LIMBS] = {0};
    memset(window, 0, 2 * sizeof *window);
    load(f->limbs, plain, octets);
    multiply(f, window[1].x, plain, f->square);
    load(f->limbs, plain, octets + f->limbs * LIMB_BYTES);
    multiply(f, window[1].y, plain, f->square);
    memcpy(window[1].z, f->one, sizeof f->one);
    for (int i = 2; i < WINDOW_POINTS; i++)
        add_points(f, &window[i], &window[i - 1], &window[1]);
}

static void store_affine(const field *f, uint8_t *out, const point *in)
{
    limb inverse[MAX_LIMBS], square[MAX_LIMBS], value[MAX_LIMBS], unit[MAX_LIMBS] = {1};
    invert(f, inverse, in->z);
    multiply(f, square, inverse, inverse);
    for (int which = 0; which < 2; which++) {
        multiply(f, value, which ? in->y : in->x, square);
        if (which)
            multiply(f, value, value, inverse);
        multiply(f, value, value, unit); /* out of Montgomery's form */
        for (int i = 0; i < f->limbs * LIMB_BYTES; i++)
            *out++ = (uint8_t)(value[i / LIMB_BYTES] >> 8 * (i % LIMB_BYTES));
    }
}

static int is_nothing(size_t size, const uint8_t *octets)
{
    uint8_t any = 0;
    for (size_t i = 0; i < size; i++)
        any |= octets[i];
    return !any;
}

int curve_combine(size_t size, const uint8_t *p, const uint8_t *a, const uint8_t *first, const uint8_t *first_point, const uint8_t *second,
                  const uint8_t *second_point, uint8_t *sum)
{
    field f;
    point windows[2][WINDOW_POINTS], total;
    start_field(&f, size, p, a);
    int terms = is_nothing(size, second) ? 1 : 2;
    fill_window(&f, windows[0], first_point);
    if (terms == 2)
        fill_window(&f, windows[1], second_point);
    memset(&total, 0, sizeof total);
    for (size_t place = size; place-- > 0;)
        for (int shift = 8 - WINDOW_BITS; shift >= 0; shift -= WINDOW_BITS) {
            for (int i = 0; i < WINDOW_BITS; i++)
                double_point(&f, &total, &total);
            add_points(&f, &total, &total, &windows[0][first[place] >> shift & (WINDOW_POINTS - 1)]);
            if (terms == 2)
                add_points(&f, &total, &total, &windows[1][second[place] >> shift & (WINDOW_POINTS - 1)]);
        }
    if (is_zero(&f, total.z))
        return 0;
    store_affine(&f, sum, &total);
    return 1;
}
