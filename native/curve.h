/* Sums of multiples of points on short Weierstrass curves over primes of 256 and 512 bits.
 * The time depends on the numbers: for public values, ephemeral keys and training keys, never for a long-term private key. */
#ifndef EXTERN_DESKTOP_CURVE_H
#define EXTERN_DESKTOP_CURVE_H

#include <stddef.h>
#include <stdint.h>

enum { CURVE_MAX_BYTES = 64 };

/* sum = first * first_point + second * second_point. All numbers are little-endian of `size` octets (32 or 64), points are x then y.
 * p is an odd prime, everything else is below it, the numbers below 2^(8 * size). Returns 0 when the sum is the point at infinity. */
int curve_combine(size_t size, const uint8_t *p, const uint8_t *a, const uint8_t *first, const uint8_t *first_point, const uint8_t *second,
                  const uint8_t *second_point, uint8_t *sum);

#endif
