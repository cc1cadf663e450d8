/* A table from hashes to numbers that forgets the oldest where it is full: shelves.Shelves in C. */

#ifndef YUQING_SHELVES_H
#define YUQING_SHELVES_H

#include <Python.h>
#include <stdint.h>
#ifdef __linux__
#include <sys/mman.h>
#endif

#define SHELVES_LARGE (1 << 22) /* bytes, from which on huge pages are worth it */

/* Return zeros that the system gives as they are written, in pages as large as it has: look-ups go anywhere. */
static inline void *
shelves_zeros(size_t items, size_t size)
{
    char *zeros = PyMem_RawCalloc(items, size);
#ifdef MADV_HUGEPAGE
    if (zeros && items * size >= SHELVES_LARGE) {
        size_t skipped = (size_t)(-(uintptr_t)zeros % 4096);
        madvise(zeros + skipped, items * size - skipped, MADV_HUGEPAGE); /* a wish: without it all is just slower */
    }
#endif
    return zeros;
}

typedef struct {
    uint32_t *rows; /* tag and number, and one more than nothing; `width` on each shelf */
    uint8_t *next;  /* which place of each shelf is filled next */
    uint64_t mask;
    uint32_t number; /* the bits of an entry that are its number */
    uint32_t width;
} Shelves;

typedef struct {
    uint32_t *row;
    uint64_t shelf;
    uint32_t tag;
} Shelf;

static inline uint32_t
shelves_bits(uint64_t number)
{
    uint32_t bits = 0;
    for (; number; number >>= 1)
        bits++;
    return bits;
}

/* Make `places` and more for numbers below `most`: half as many again as there will be entries, where none may be pushed
   out by chance. Return -1 without memory. */
static inline int
shelves_open(Shelves *self, uint64_t places, uint32_t most, uint32_t width)
{
    uint64_t needed = places / width, shelves = UINT64_C(1) << shelves_bits(needed ? needed - 1 : 0);
    if (shelves < 16)
        shelves = 16;
    self->mask = shelves - 1, self->width = width;
    self->number = (uint32_t)((UINT64_C(1) << shelves_bits(most)) - 1);
    self->rows = shelves_zeros(shelves * width, sizeof *self->rows);
    self->next = shelves_zeros(shelves, sizeof *self->next);
    return self->rows && self->next ? 0 : -1;
}

static inline void
shelves_close(Shelves *self)
{
    PyMem_RawFree(self->rows);
    PyMem_RawFree(self->next);
}

static inline Shelf
shelves_at(const Shelves *self, uint64_t hash)
{
    uint64_t mixed = hash * UINT64_C(0x9E3779B97F4A7C15);
    mixed ^= mixed >> 32;
    uint64_t shelf = mixed & self->mask;
    return (Shelf){self->rows + shelf * self->width, shelf, (uint32_t)(mixed >> 32) & ~self->number};
}

static inline void
shelves_fetch(const Shelves *self, uint64_t hash)
{
    __builtin_prefetch(shelves_at(self, hash).row);
}

static inline void
shelves_fetch_to_put(const Shelves *self, uint64_t hash)
{
    Shelf shelf = shelves_at(self, hash);
    __builtin_prefetch(shelf.row, 1);
    __builtin_prefetch(self->next + shelf.shelf, 1);
}

/* Return whether an entry of a shelf has its tag, and the number that it holds. */
static inline int
shelves_holds(const Shelves *self, const Shelf *shelf, uint32_t place, uint32_t *number)
{
    *number = (shelf->row[place] ^ shelf->tag) - 1; /* below zero, where there is no entry, is far above */
    return *number < self->number;
}

static inline void
shelves_put(Shelves *self, uint64_t hash, uint32_t number)
{
    Shelf shelf = shelves_at(self, hash);
    uint8_t *next = &self->next[shelf.shelf];
    shelf.row[*next] = shelf.tag | (number + 1);
    *next = (uint8_t)(*next + 1 == (int)self->width ? 0 : *next + 1);
}

#endif
