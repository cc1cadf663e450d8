/* XXH3 with 64 bits, seed 0 and the usual secret (https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md):
   what the package xxhash calls xxh3_64, for those who hash a text in the midst of other work.
*/

#ifndef YUQING_XXH3_H
#define YUQING_XXH3_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "numbers are read as they stand, low byte first"
#endif

#define XXH3_STRIPE 64
#define XXH3_STRIPES 16 /* of a block */

static const uint64_t xxh3_secret[24] = {
    0xbe4ba423396cfeb8, 0x1cad21f72c81017c, 0xdb979083e96dd4de, 0x1f67b3b7a4a44072, 0x78e5c0cc4ee679cb,
    0x2172ffcc7dd05a82, 0x8e2443f7744608b8, 0x4c263a81e69035e0, 0xcb00c391bb52283c, 0xa32e531b8b65d088,
    0x4ef90da297486471, 0xd8acdea946ef1938, 0x3f349ce33f76faa8, 0x1d4f0bc7c7bbdcf9, 0x3159b4cd4be0518a,
    0x647378d9c97e9fc8, 0xc3ebd33483acc5ea, 0xeb6313faffa081c5, 0x49daf0b751dd0d17, 0x9e68d429265516d3,
    0xfca1477d58be162b, 0xce31d07ad1b8f88f, 0x280416958f3acb45, 0x7e404bbbcafbd7af,
};

static const uint64_t xxh3_primes[5] = {0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9,
                                        0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5};
static const uint32_t xxh3_small_primes[3] = {0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D};

static inline uint64_t
xxh3_8(const void *from)
{
    uint64_t number;
    memcpy(&number, from, sizeof number);
    return number;
}

static inline uint32_t
xxh3_4(const void *from)
{
    uint32_t number;
    memcpy(&number, from, sizeof number);
    return number;
}

static inline uint64_t
xxh3_key(size_t at)
{
    return xxh3_8((const uint8_t *)xxh3_secret + at);
}

static inline uint64_t
xxh3_rotated(uint64_t number, int bits)
{
    return number << bits | number >> (64 - bits);
}

static inline uint64_t
xxh3_swapped(uint64_t number)
{
    number = (number & 0x00FF00FF00FF00FF) << 8 | (number >> 8 & 0x00FF00FF00FF00FF);
    number = (number & 0x0000FFFF0000FFFF) << 16 | (number >> 16 & 0x0000FFFF0000FFFF);
    return number << 32 | number >> 32;
}

/* Return both halves of the product of two numbers, one upon the other. */
static inline uint64_t
xxh3_folded(uint64_t one, uint64_t other)
{
    unsigned __int128 product = (unsigned __int128)one * other;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t
xxh3_mixed(const uint8_t *from, size_t key)
{
    return xxh3_folded(xxh3_8(from) ^ xxh3_key(key), xxh3_8(from + 8) ^ xxh3_key(key + 8));
}

static inline uint64_t
xxh3_finished(uint64_t hash)
{
    hash ^= hash >> 37;
    hash *= 0x165667919E3779F9;
    return hash ^ hash >> 32;
}

static inline uint64_t
xxh3_avalanche(uint64_t hash)
{
    hash ^= hash >> 33;
    hash *= xxh3_primes[1];
    hash ^= hash >> 29;
    hash *= xxh3_primes[2];
    return hash ^ hash >> 32;
}

static inline uint64_t
xxh3_tiny(const uint8_t *from, size_t length)
{
    if (length > 8) {
        uint64_t low = xxh3_8(from) ^ xxh3_key(24) ^ xxh3_key(32),
                 high = xxh3_8(from + length - 8) ^ xxh3_key(40) ^ xxh3_key(48);
        return xxh3_finished(length + xxh3_swapped(low) + high + xxh3_folded(low, high));
    }
    if (length > 3) {
        uint64_t hash = xxh3_4(from + length - 4) + ((uint64_t)xxh3_4(from) << 32);
        hash ^= xxh3_key(8) ^ xxh3_key(16);
        hash ^= xxh3_rotated(hash, 49) ^ xxh3_rotated(hash, 24);
        hash *= 0x9FB21C651E98DF25;
        hash ^= (hash >> 35) + length;
        hash *= 0x9FB21C651E98DF25;
        return hash ^ hash >> 28;
    }
    if (length == 0)
        return xxh3_avalanche(xxh3_key(56) ^ xxh3_key(64));
    uint32_t all = (uint32_t)from[0] << 16 | (uint32_t)from[length >> 1] << 24 | from[length - 1] |
                   (uint32_t)length << 8;
    return xxh3_avalanche(all ^ (uint64_t)((uint32_t)xxh3_key(0) ^ (uint32_t)(xxh3_key(0) >> 32)));
}

static inline uint64_t
xxh3_short(const uint8_t *from, size_t length)
{
    uint64_t hash = length * xxh3_primes[0];
    for (size_t pair = (length - 1) / 32 + 1; pair-- > 0;)
        hash += xxh3_mixed(from + 16 * pair, 32 * pair) + xxh3_mixed(from + length - 16 * (pair + 1), 32 * pair + 16);
    return xxh3_finished(hash);
}

static inline uint64_t
xxh3_middling(const uint8_t *from, size_t length)
{
    uint64_t hash = length * xxh3_primes[0];
    for (size_t at = 0; at < 8; at++)
        hash += xxh3_mixed(from + 16 * at, 16 * at);
    hash = xxh3_finished(hash);
    for (size_t at = 8; at < length / 16; at++)
        hash += xxh3_mixed(from + 16 * at, 16 * (at - 8) + 3);
    return xxh3_finished(hash + xxh3_mixed(from + length - 16, 136 - 17));
}

static inline void
xxh3_accumulated(uint64_t *sums, const uint8_t *stripe, size_t key)
{
    for (size_t lane = 0; lane < 8; lane++) {
        uint64_t read = xxh3_8(stripe + 8 * lane), keyed = read ^ xxh3_key(key + 8 * lane);
        sums[lane ^ 1] += read;
        sums[lane] += (keyed & 0xFFFFFFFF) * (keyed >> 32);
    }
}

static inline uint64_t
xxh3_long(const uint8_t *from, size_t length)
{
    uint64_t sums[8] = {xxh3_small_primes[2], xxh3_primes[0], xxh3_primes[1],       xxh3_primes[2],
                        xxh3_primes[3],       xxh3_small_primes[1], xxh3_primes[4], xxh3_small_primes[0]};
    for (size_t stripe = 0; stripe < (length - 1) / XXH3_STRIPE; stripe++) {
        xxh3_accumulated(sums, from + XXH3_STRIPE * stripe, 8 * (stripe % XXH3_STRIPES));
        if (stripe % XXH3_STRIPES == XXH3_STRIPES - 1)
            for (size_t lane = 0; lane < 8; lane++) {
                sums[lane] ^= sums[lane] >> 47 ^ xxh3_key(sizeof xxh3_secret - XXH3_STRIPE + 8 * lane);
                sums[lane] *= xxh3_small_primes[0];
            }
    }
    xxh3_accumulated(sums, from + length - XXH3_STRIPE, sizeof xxh3_secret - XXH3_STRIPE - 7);
    uint64_t hash = length * xxh3_primes[0];
    for (size_t lane = 0; lane < 8; lane += 2)
        hash += xxh3_folded(sums[lane] ^ xxh3_key(11 + 8 * lane), sums[lane + 1] ^ xxh3_key(19 + 8 * lane));
    return xxh3_finished(hash);
}

static inline uint64_t
xxh3(const void *from, size_t length)
{
    if (length <= 16)
        return xxh3_tiny(from, length);
    if (length <= 128)
        return xxh3_short(from, length);
    return length <= 240 ? xxh3_middling(from, length) : xxh3_long(from, length);
}

#endif
