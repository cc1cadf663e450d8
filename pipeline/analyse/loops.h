/* What the compiler is told of the loops that take longest; where it does not understand it, they are only slower. */

#ifndef YUQING_LOOPS_H
#define YUQING_LOOPS_H

#if defined(__GNUC__)
#define FETCH(place) __builtin_prefetch(place)
#else
#define FETCH(place)
#endif

/* Loops that are the same for every letter or column are worth it to be compiled for wider registers, too. */
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__)
#define WIDE __attribute__((target_clones("avx2", "default")))
#else
#define WIDE
#endif

#endif
