/* Which earlier texts promise to say the same as a post: finder.Finder in C.

   What is kept for long are the sketch, the bits and the length of each head at its place, and its bands on shelves.
   For a batch it is found out at once what its posts may meet on the shelves; its own bands and those of the heads that
   are not on the shelves yet go into a hash table. A band that two or more of them have is a group.
*/

#include "../text/module.h"
#include "shelves.h"
#include <stdlib.h>

#define ROWS 24
#define SKETCH 2048 /* bits */
#define WORDS (SKETCH / 64)
#define WIDTH 4
#define BEST 6
#define LIKELY 0.37
#define CONTAINED 0.45
#define SHORT 20
#define SHORT_EXTRA 0.25
#define SHORTER 0.3
#define ROUNDED 1e-6
#define NEAR 8
#define FULL (SKETCH * 3 / 4)
#define MOST (1 << 27)  /* heads */
#define LARGEST (1 << 15) /* posts of a block */
#define NONE UINT32_MAX

#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__)
#define COUNTING __attribute__((target_clones("popcnt", "default")))
#else
#define COUNTING
#endif

/* What is left of a text. */
typedef struct {
    const uint64_t *sketch;
    Py_ssize_t bits, length;
} Trace;

/* A head that was found, and how many bits of two sketches are the same. */
typedef struct {
    uint32_t both, place;
} Found;

/* A band that several have: the last of them, and the newest head among them. */
typedef struct {
    uint32_t size, newest;
    uint32_t last[NEAR - 1];
    char asked; /* whether one of them may say the same as another */
} Group;

enum { BANDS, SKETCHES, BITS, LENGTHS, COLUMNS };

typedef struct {
    PyObject_HEAD
    Shelves shelves;
    uint32_t most, block;
    uint64_t added, shelved;
    uint32_t seen;          /* posts of this block */
    uint64_t *sketches;     /* of heads, by place */
    Py_ssize_t *bits, *lengths;
    uint64_t *bands;        /* of the heads that are not on the shelves, in their order */
    int met;                /* whether a batch is open */
    Py_buffer columns[COLUMNS];
    uint32_t posts, first;  /* of the batch; the rows before them are of heads that are not on the shelves */
    uint32_t *likely_ends;  /* by post: where in `likely` its finds end */
    Found *likely;
    Py_ssize_t room;        /* of `likely` */
    uint32_t *slots;        /* by hash of a band: the first entry that has it, and one more than nothing */
    uint32_t slot_bits;
    uint32_t *firsts;       /* by entry: the first with the same band */
    uint32_t *group_of;     /* by first entry: its group, or NONE */
    Group *groups;
    char *grouped;          /* by row: whether one of its bands is a group's */
    char *doubtful;         /* by row: whether it may say the same as an earlier one */
    uint32_t *compared;     /* by row: with which row it was compared last, and one more than nothing */
    uint32_t *places;       /* by row: where it is kept, if it is a head */
    uint32_t *new;          /* the posts of the batch that were added; they are written when it ends */
    uint32_t news;
} Finder;

COUNTING static uint32_t
shared(const uint64_t *one, const uint64_t *other)
{
    uint32_t both = 0;
#pragma GCC unroll 8
    for (int word = 0; word < WORDS; word++)
        both += (uint32_t)__builtin_popcountll(one[word] & other[word]);
    return both;
}

static double
smaller(Py_ssize_t one, Py_ssize_t other)
{
    return (double)Py_MIN(one, other);
}

/* These two say what finder.py says: of sketches, and of lengths and sketches. */
static int
promising(uint32_t both, const Trace *one, const Trace *other)
{
    Py_ssize_t bits = one->bits, its = other->bits;
    if (bits + its > FULL)
        return 1;
    return both - (double)(bits * its) / SKETCH >=
           LIKELY * smaller(bits, its) * (1 - (double)(bits + its) / SKETCH);
}

static int
possible(uint32_t both, const Trace *one, const Trace *other)
{
    Py_ssize_t unset = Py_MIN(one->length - one->bits, other->length - other->bits);
    double small = smaller(one->length, other->length), missing = 1 - (small - 2) / SHORT;
    double needed = CONTAINED + SHORT_EXTRA * (missing > 0 ? missing : 0.0);
    return (double)both + (double)unset - 2 >= needed * smaller(one->bits, other->bits) - ROUNDED &&
           small >= SHORTER * (double)Py_MAX(one->length, other->length);
}

/* Return how many heads were added, with those of the batch. */
static uint64_t
all_added(const Finder *self)
{
    return self->added + self->news;
}

/* Return where a head is kept, by how many were added before it. */
static uint32_t
place_of(const Finder *self, uint64_t number)
{
    return (uint32_t)(number % self->most);
}

static Trace
kept(const Finder *self, uint32_t place)
{
    return (Trace){self->sketches + (size_t)place * WORDS, self->bits[place], self->lengths[place]};
}

static Trace
of_post(const Finder *self, uint32_t post)
{
    return (Trace){(const uint64_t *)self->columns[SKETCHES].buf + (size_t)post * WORDS,
                   ((const Py_ssize_t *)self->columns[BITS].buf)[post],
                   ((const Py_ssize_t *)self->columns[LENGTHS].buf)[post]};
}

static Trace
of_row(const Finder *self, uint32_t row)
{
    if (row >= self->first)
        return of_post(self, row - self->first);
    return kept(self, place_of(self, self->shelved + row));
}

static const uint64_t *
bands_of_row(const Finder *self, uint32_t row)
{
    if (row < self->first)
        return self->bands + (size_t)row * ROWS;
    return (const uint64_t *)self->columns[BANDS].buf + (size_t)(row - self->first) * ROWS;
}

static const uint64_t *
band_of_entry(const Finder *self, uint32_t entry)
{
    return bands_of_row(self, entry / ROWS) + entry % ROWS;
}

/* Put the places under the bands of a post into `places`, in order and each once; return how many. */
static uint32_t
on_shelves(const Finder *self, const uint64_t *bands, uint32_t *places)
{
    uint32_t count = 0, number;
    for (int band = 0; band < ROWS; band++) {
        Shelf shelf = shelves_at(&self->shelves, bands[band]);
        for (uint32_t place = 0; place < WIDTH; place++) {
            if (!shelves_holds(&self->shelves, &shelf, place, &number) || number >= self->most)
                continue;
            uint32_t at = count;
            while (at > 0 && places[at - 1] > number)
                at--;
            if (at > 0 && places[at - 1] == number)
                continue;
            memmove(places + at + 1, places + at, (count - at) * sizeof *places);
            places[at] = number;
            count++;
        }
    }
    return count;
}

/* Find for each post the heads on the shelves that promise to say the same. Return -1 without memory.

   If none of those that a post meets can say the same it has none.
*/
static int
find_likely(Finder *self)
{
    const uint64_t *bands = self->columns[BANDS].buf;
    uint32_t places[ROWS * WIDTH + 1], size = 0;
    for (uint32_t post = 0; post < self->posts; post++) {
        for (int band = 0; band < ROWS && post + 1 < self->posts; band++)
            shelves_fetch(&self->shelves, bands[(size_t)(post + 1) * ROWS + band]);
        uint32_t count = on_shelves(self, bands + (size_t)post * ROWS, places);
        if (size + count > self->room) {
            Py_ssize_t room = 2 * (size + count);
            Found *larger = PyMem_Realloc(self->likely, room * sizeof *larger);
            if (!larger)
                return -1;
            self->likely = larger, self->room = room;
        }
        for (uint32_t at = 0; at < count; at++) {
            const char *sketch = (const char *)(self->sketches + (size_t)places[at] * WORDS);
            for (int line = 0; line < SKETCH / 8; line += 64)
                __builtin_prefetch(sketch + line);
            __builtin_prefetch(&self->bits[places[at]]);
            __builtin_prefetch(&self->lengths[places[at]]);
            self->likely[size++].place = places[at];
        }
        self->likely_ends[post] = size;
    }
    uint32_t from = 0, to = 0;
    for (uint32_t post = 0; post < self->posts; post++) {
        Trace trace = of_post(self, post);
        uint32_t start = to;
        int hopeful = 0;
        for (; from < self->likely_ends[post]; from++) {
            Found found = self->likely[from];
            Trace its = kept(self, found.place);
            found.both = shared(trace.sketch, its.sketch);
            hopeful |= possible(found.both, &trace, &its);
            if (promising(found.both, &trace, &its))
                self->likely[to++] = found;
        }
        if (!hopeful)
            to = start;
        self->likely_ends[post] = to;
    }
    return 0;
}

/* Return the first entry with a band: the given one, if none had it before. */
static uint32_t
first_with(Finder *self, uint32_t entry, uint64_t band, uint32_t apart)
{
    uint64_t mask = (UINT64_C(1) << self->slot_bits) - 1;
    uint64_t at = (band >> apart) * UINT64_C(0x9E3779B97F4A7C15) >> (64 - self->slot_bits);
    for (;; at = (at + 1) & mask) {
        if (self->slots[at] == 0)
            self->slots[at] = entry + 1;
        uint32_t first = self->slots[at] - 1;
        if (first == entry || *band_of_entry(self, first) >> apart == band >> apart)
            return first;
    }
}

/* Let a row into a group, and say of it whether it is doubtful. */
static void
join(Finder *self, Group *group, uint32_t row)
{
    Trace trace = of_row(self, row);
    /* Of many with one band some are told to be alike unseen. */
    self->doubtful[row] |= group->size >= NEAR;
    for (uint32_t back = 1; back < NEAR && back <= group->size && !self->doubtful[row]; back++) {
        uint32_t other = group->last[(group->size - back) % (NEAR - 1)];
        if (self->compared[other] == row + 1)
            continue;
        self->compared[other] = row + 1;
        Trace its = of_row(self, other);
        uint32_t both = shared(trace.sketch, its.sketch);
        self->doubtful[row] = promising(both, &trace, &its) && possible(both, &trace, &its);
    }
    group->last[group->size++ % (NEAR - 1)] = row;
    self->grouped[row] = 1;
}

static Group *
group_of(Finder *self, uint32_t row, int band)
{
    uint32_t group = self->group_of[self->firsts[row * ROWS + band]];
    return group == NONE ? NULL : &self->groups[group];
}

/* Make a row the newest head of those of its groups that anybody asks for. */
static void
be_newest(Finder *self, uint32_t row, uint32_t place)
{
    self->places[row] = place;
    for (int band = 0; self->grouped[row] && band < ROWS; band++) {
        Group *group = group_of(self, row, band);
        if (group && group->asked)
            group->newest = row;
    }
}

/* Find the bands that the posts share with each other, or with heads that are not on the shelves. */
static void
find_companions(Finder *self)
{
    uint32_t rows = self->first + self->posts, groups = 0, apart = shelves_bits(rows);
    for (self->slot_bits = 4; UINT64_C(1) << self->slot_bits < 2 * (uint64_t)rows * ROWS;)
        self->slot_bits++;
    memset(self->slots, 0, sizeof *self->slots << self->slot_bits);
    memset(self->grouped, 0, rows);
    memset(self->doubtful, 0, rows);
    memset(self->compared, 0, rows * sizeof *self->compared);
    for (uint32_t row = 0; row < rows; row++) {
        const uint64_t *bands = bands_of_row(self, row);
        for (uint32_t band = 0; band < ROWS; band++) {
            uint32_t entry = row * ROWS + band, first = first_with(self, entry, bands[band], apart);
            self->firsts[entry] = first;
            self->group_of[entry] = NONE;
            if (first == entry)
                continue;
            if (self->group_of[first] == NONE) {
                self->groups[groups] = (Group){1, NONE, {first / ROWS}, 0};
                self->grouped[first / ROWS] = 1;
                self->group_of[first] = groups++;
            }
            join(self, &self->groups[self->group_of[first]], row);
        }
    }
    /* Who shares a band with nobody doubtful is met by nobody. */
    for (uint32_t row = 0; row < rows; row++)
        for (int band = 0; self->doubtful[row] && band < ROWS; band++) {
            Group *group = group_of(self, row, band);
            if (group)
                group->asked = 1;
        }
    for (uint32_t row = 0; row < self->first; row++)
        be_newest(self, row, place_of(self, self->shelved + row));
}

static void
forget_batch(Finder *self)
{
    for (int at = 0; at < COLUMNS; at++)
        PyBuffer_Release(&self->columns[at]);
    self->met = 0, self->posts = 0, self->news = 0;
}

/* Take the columns of a batch; return -1 unless they are as long as each other. */
static int
take(Finder *self, PyObject *const *given)
{
    static const Py_ssize_t sizes[COLUMNS] = {8, 8, sizeof(Py_ssize_t), sizeof(Py_ssize_t)},
                            widths[COLUMNS] = {ROWS, WORDS, 1, 1};
    Py_ssize_t posts = 0;
    for (int at = 0; at < COLUMNS; at++) {
        Py_buffer *column = &self->columns[at];
        if (PyObject_GetBuffer(given[at], column, PyBUF_C_CONTIGUOUS) < 0)
            return -1;
        if (at == 0)
            posts = column->len / (ROWS * 8);
        if (column->itemsize != sizes[at] || column->len != posts * widths[at] * sizes[at]) {
            PyErr_SetString(PyExc_ValueError, "one row of each column for each post");
            return -1;
        }
    }
    if (posts > self->block - self->seen) {
        PyErr_SetString(PyExc_ValueError, "more posts than there is room for");
        return -1;
    }
    const Py_ssize_t *bits = self->columns[BITS].buf, *lengths = self->columns[LENGTHS].buf;
    for (Py_ssize_t post = 0; post < posts; post++)
        if (bits[post] < 0 || bits[post] > SKETCH || lengths[post] < 0 || lengths[post] > INT32_MAX) {
            PyErr_SetString(PyExc_ValueError, "no text has so many bits or letters");
            return -1;
        }
    self->posts = (uint32_t)posts, self->first = (uint32_t)(self->added - self->shelved);
    return 0;
}

PyDoc_STRVAR(meet_doc,
             "meet(bands, sketches, bits, lengths)\n--\n\n"
             "Take the traces of a batch; return which of its posts may have heads to meet. No others have.\n"
             "Raises TypeError, ValueError.");

static PyObject *
Finder_meet(Finder *self, PyObject *args)
{
    PyObject *given[COLUMNS];
    if (!PyArg_ParseTuple(args, "OOOO", &given[BANDS], &given[SKETCHES], &given[BITS], &given[LENGTHS]))
        return NULL;
    forget_batch(self);
    if (take(self, given) < 0) {
        forget_batch(self);
        return NULL;
    }
    if (find_likely(self) < 0) {
        forget_batch(self);
        return PyErr_NoMemory();
    }
    find_companions(self);
    self->met = 1;
    PyObject *doubtful = PyList_New(0);
    for (uint32_t post = 0; doubtful && post < self->posts; post++) {
        uint32_t start = post ? self->likely_ends[post - 1] : 0;
        if (start == self->likely_ends[post] && !self->doubtful[self->first + post])
            continue;
        PyObject *number = PyLong_FromUnsignedLong(post);
        if (!number || PyList_Append(doubtful, number) < 0)
            Py_CLEAR(doubtful);
        Py_XDECREF(number);
    }
    return doubtful;
}

/* Return whether posts from `start` to `stop` are of the batch; else set an error. */
static int
are_met(const Finder *self, Py_ssize_t start, Py_ssize_t stop)
{
    if (!self->met)
        PyErr_SetString(PyExc_ValueError, "nobody is met");
    else if (start < 0 || stop < start || stop > self->posts)
        PyErr_SetString(PyExc_IndexError, "no such rows");
    else
        return 1;
    return 0;
}

/* Return how many heads were added after the one at a place. */
static uint64_t
age(const Finder *self, uint32_t place)
{
    return (all_added(self) - 1 - place + self->most) % self->most;
}

static int
by_place(const void *one, const void *other)
{
    uint32_t a = ((const Found *)one)->place, b = ((const Found *)other)->place;
    return (a > b) - (a < b);
}

/* Put the newest heads that promise to say the same as a post into `found`, by place; return how many. */
static uint32_t
newest(Finder *self, uint32_t post, Found *found)
{
    uint32_t row = self->first + post, count = 0, rows[ROWS], distinct = 0;
    Trace trace = of_post(self, post);
    for (int band = 0; self->grouped[row] && band < ROWS; band++) {
        Group *group = group_of(self, row, band);
        if (!group || group->newest == NONE)
            continue;
        uint32_t seen = 0;
        while (seen < distinct && rows[seen] != group->newest)
            seen++;
        if (seen == distinct)
            rows[distinct++] = group->newest;
    }
    for (uint32_t at = 0; at < distinct; at++) {
        Trace its = of_row(self, rows[at]);
        uint32_t both = shared(trace.sketch, its.sketch);
        if (promising(both, &trace, &its))
            found[count++] = (Found){both, self->places[rows[at]]};
    }
    qsort(found, count, sizeof *found, by_place);
    return count;
}

/* Leave the BEST of what was found: those that share most, of these the newest. */
static uint32_t
best(const Finder *self, Found *found, uint32_t count)
{
    if (count <= BEST)
        return count;
    for (uint32_t at = 1; at < count; at++) {
        Found moved = found[at];
        uint32_t to = at;
        for (; to > 0 && (found[to - 1].both < moved.both || (found[to - 1].both == moved.both &&
                                                             age(self, found[to - 1].place) > age(self, moved.place)));
             to--)
            found[to] = found[to - 1];
        found[to] = moved;
    }
    return BEST;
}

PyDoc_STRVAR(heads_doc,
             "heads(row)\n--\n\n"
             "Return the few heads that share most with the post of that row: how many bits, and where each is kept.\n"
             "Raises TypeError, ValueError, IndexError.");

static PyObject *
Finder_heads(Finder *self, PyObject *given)
{
    Py_ssize_t post = PyLong_AsSsize_t(given);
    if ((post == -1 && PyErr_Occurred()) || !are_met(self, post, post + (post < PY_SSIZE_T_MAX)))
        return NULL;
    Found found[ROWS * WIDTH + ROWS];
    uint32_t count = 0;
    for (uint32_t at = post ? self->likely_ends[post - 1] : 0; at < self->likely_ends[post]; at++) {
        uint64_t since = (self->likely[at].place + self->most - self->shelved % self->most) % self->most;
        if (since >= all_added(self) - self->shelved) /* else it was replaced by now */
            found[count++] = self->likely[at];
    }
    count += newest(self, (uint32_t)post, found + count);
    count = best(self, found, count);
    PyObject *heads = PyList_New(count);
    for (uint32_t at = 0; heads && at < count; at++) {
        PyObject *pair = Py_BuildValue("II", found[at].both, found[at].place);
        if (pair)
            PyList_SET_ITEM(heads, at, pair);
        else
            Py_CLEAR(heads);
    }
    return heads;
}

PyDoc_STRVAR(add_all_doc,
             "add_all(start, stop)\n--\n\n"
             "Make the posts from row start to stop heads; return the place of the first. The others follow.\n"
             "Raises TypeError, ValueError, IndexError.");

static PyObject *
add_rows(Finder *self, Py_ssize_t start, Py_ssize_t stop)
{
    if (!are_met(self, start, stop))
        return NULL;
    if (stop - start > self->posts - self->news) {
        PyErr_SetString(PyExc_ValueError, "more heads than posts");
        return NULL;
    }
    uint32_t first = place_of(self, all_added(self));
    for (Py_ssize_t post = start; post < stop; post++) {
        be_newest(self, self->first + (uint32_t)post, place_of(self, all_added(self)));
        self->new[self->news++] = (uint32_t)post;
    }
    return PyLong_FromUnsignedLong(first);
}

static PyObject *
Finder_add_all(Finder *self, PyObject *args)
{
    Py_ssize_t start, stop;
    return PyArg_ParseTuple(args, "nn", &start, &stop) ? add_rows(self, start, stop) : NULL;
}

PyDoc_STRVAR(add_doc,
             "add(row)\n--\n\n"
             "Make the post of that row a head that the posts after it may meet; return its place.\n"
             "Raises TypeError, ValueError, IndexError.");

static PyObject *
Finder_add(Finder *self, PyObject *given)
{
    Py_ssize_t post = PyLong_AsSsize_t(given);
    if (post == -1 && PyErr_Occurred())
        return NULL;
    return add_rows(self, post, post + (post < PY_SSIZE_T_MAX));
}

/* Write the heads of the batch. */
static void
write_new(Finder *self)
{
    for (uint32_t at = 0; at < self->news; at++, self->added++) {
        uint32_t post = self->new[at], place = place_of(self, self->added);
        Trace trace = of_post(self, post);
        memcpy(self->sketches + (size_t)place * WORDS, trace.sketch, SKETCH / 8);
        self->bits[place] = trace.bits, self->lengths[place] = trace.length;
        memcpy(self->bands + (self->added - self->shelved) * ROWS, bands_of_row(self, self->first + post),
               ROWS * sizeof *self->bands);
    }
}

PyDoc_STRVAR(settle_doc,
             "settle()\n--\n\n"
             "End the batch, and put the heads of a whole block on the shelves. Raises ValueError.");

static PyObject *
Finder_settle(Finder *self, PyObject *Py_UNUSED(nothing))
{
    if (!are_met(self, 0, 0))
        return NULL;
    write_new(self);
    self->seen += self->posts;
    forget_batch(self);
    if (self->seen < self->block)
        Py_RETURN_NONE;
    uint64_t hashes = (self->added - self->shelved) * ROWS;
    for (uint64_t at = 0; at < hashes; at++) {
        if (at + ROWS < hashes)
            shelves_fetch_to_put(&self->shelves, self->bands[at + ROWS]);
        shelves_put(&self->shelves, self->bands[at], place_of(self, self->shelved + at / ROWS));
    }
    self->shelved = self->added, self->seen = 0;
    Py_RETURN_NONE;
}

static PyObject *
Finder_room(Finder *self, void *Py_UNUSED(nothing))
{
    return PyLong_FromUnsignedLong(self->block - self->seen);
}

static void
Finder_dealloc(Finder *self)
{
    forget_batch(self);
    shelves_close(&self->shelves);
    PyMem_RawFree(self->sketches);
    PyMem_RawFree(self->bits);
    PyMem_RawFree(self->lengths);
    PyMem_Free(self->bands);
    PyMem_Free(self->likely_ends);
    PyMem_Free(self->likely);
    PyMem_Free(self->slots);
    PyMem_Free(self->firsts);
    PyMem_Free(self->group_of);
    PyMem_Free(self->groups);
    PyMem_Free(self->grouped);
    PyMem_Free(self->doubtful);
    PyMem_Free(self->compared);
    PyMem_Free(self->places);
    PyMem_Free(self->new);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static int
Finder_fill(Finder *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"most", "block", NULL};
    Py_ssize_t most, block;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "nn", names, &most, &block))
        return -1;
    if (most < 1 || most > MOST || block < 1 || block > LARGEST || block > most) {
        PyErr_SetString(PyExc_ValueError, "a block has one post or more, and no more than are remembered");
        return -1;
    }
    self->most = (uint32_t)most, self->block = (uint32_t)block;
    size_t entries = (size_t)block * ROWS, slots = 16;
    while (slots < 2 * entries)
        slots *= 2;
    self->sketches = shelves_zeros((size_t)most * WORDS, sizeof *self->sketches);
    self->bits = shelves_zeros(most, sizeof *self->bits);
    self->lengths = shelves_zeros(most, sizeof *self->lengths);
    self->bands = PyMem_Calloc(entries, sizeof *self->bands);
    self->likely_ends = PyMem_Calloc(block, sizeof *self->likely_ends);
    self->slots = PyMem_Calloc(slots, sizeof *self->slots);
    self->firsts = PyMem_Calloc(entries, sizeof *self->firsts);
    self->group_of = PyMem_Calloc(entries, sizeof *self->group_of);
    self->groups = PyMem_Calloc(entries / 2, sizeof *self->groups);
    self->grouped = PyMem_Calloc(block, sizeof *self->grouped);
    self->doubtful = PyMem_Calloc(block, sizeof *self->doubtful);
    self->compared = PyMem_Calloc(block, sizeof *self->compared);
    self->places = PyMem_Calloc(block, sizeof *self->places);
    self->new = PyMem_Calloc(block, sizeof *self->new);
    if (shelves_open(&self->shelves, (uint64_t)most * ROWS * 3 / 2, self->most, WIDTH) == 0 && self->bits && self->lengths &&
        self->bands && self->likely_ends && self->slots && self->firsts && self->group_of && self->groups &&
        self->grouped && self->doubtful && self->compared && self->places && self->new && self->sketches)
        return 0;
    PyErr_NoMemory();
    return -1;
}

static PyObject *
Finder_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    return made_whole(type, args, kwargs, (initproc)Finder_fill);
}

static PyMethodDef methods[] = {
    {"meet", (PyCFunction)Finder_meet, METH_VARARGS, meet_doc},
    {"heads", (PyCFunction)Finder_heads, METH_O, heads_doc},
    {"add", (PyCFunction)Finder_add, METH_O, add_doc},
    {"add_all", (PyCFunction)Finder_add_all, METH_VARARGS, add_all_doc},
    {"settle", (PyCFunction)Finder_settle, METH_NOARGS, settle_doc},
    {NULL},
};

static PyGetSetDef properties[] = {
    {"room", (getter)Finder_room, NULL, PyDoc_STR("The posts that may be met before settle() is called."), NULL},
    {NULL},
};

static PyTypeObject type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "pipeline.analyse._finder.Finder",
    .tp_basicsize = sizeof(Finder),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_doc = PyDoc_STR("The heads that were added last, each at its place. Raises TypeError, ValueError."),
    .tp_new = Finder_new,
    .tp_dealloc = (destructor)Finder_dealloc,
    .tp_methods = methods,
    .tp_getset = properties,
};

static PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "_finder", .m_size = -1};

PyMODINIT_FUNC
PyInit__finder(void)
{
    return module_with(&module, &type, "Finder");
}
