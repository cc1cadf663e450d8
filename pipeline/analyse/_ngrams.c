/* Sums of weights over the hashed n-grams of texts: ngrams.sums in C. What a slot is, ngrams.grid says. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include "loops.h"
#include "seen.h"
#include <stdint.h>

#define WIDTH 3
#define REACH 6
#define LONGEST 10000 /* characters; a longer text is judged by its beginning */
#define TABLES 8      /* at most */
#define EDGE '\n'
#define SPARE 2  /* places in a set for each slot */
#define AHEAD 32 /* rows that are asked for while another is added: tables are larger than what a processor keeps at hand */
#define BLOCK 16 /* letters that are looked at together for a negation */
#define LANES 16 /* columns that are added up together */
#define FAR (-LONGEST)

static const uint32_t FIRST = 0x9E3779B1, SECOND = 0x85EBCA6B, THIRD = 0xC2B2AE35, ONCE = 0x27D4EB2F,
                      TWICE = 0x4FA9D65E;
/* What an n-gram is worth that comes so often in a text, where that counts: ngrams.WORTH. */
static const uint8_t WORTH[] = {0, 1, 2, 2, 3, 3, 3, 3, 4};

enum { EACH, DISTINCT, COUNTED };

typedef struct {
    Py_buffer buffer;
    Py_ssize_t columns;
    int how;
} Weights;

/* The letters of one text, the slots at all their places (those of one letter, then of two, then of three), and the
   distinct ones with how often they come. Behind all slots stand AHEAD that can be asked for. */
typedef struct {
    uint32_t *letters, *slots, *distinct, *times;
    uint16_t *set; /* what stands at a place: the number of a distinct slot, from 1 on */
    Py_ssize_t places, count, distinct_count;
} Grams;

static int
is_negation(uint32_t code)
{
    return code == 0x4E0D || code == 0x6CA1 || code == 0x672A || code == 0x65E0; /* 不没未无 */
}

static int
is_break(uint32_t code)
{
    switch (code) {
    case '\n': case '\r': case ',': case '.': case '!': case '?': case ';': case ':': case '~': case ' ':
    case 0xFF0C: case 0x3002: case 0xFF01: case 0xFF1F: case 0xFF1B: case 0xFF1A: case 0x3001: /* ，。！？；：、 */
    case 0x2026: case 0xFF5E:                                                                  /* …～ */
        return 1;
    }
    return 0;
}

/* Lay out the letters of a text with an edge on both sides, and more behind them. Return how many places there are. */
static Py_ssize_t
lay_out(PyObject *text, uint32_t *letters)
{
    const void *data = PyUnicode_DATA(text);
    Py_ssize_t length = Py_MIN(PyUnicode_GET_LENGTH(text), LONGEST);
    *letters++ = EDGE;
    switch (PyUnicode_KIND(text)) {
    case PyUnicode_1BYTE_KIND:
        for (Py_ssize_t at = 0; at < length; at++)
            letters[at] = ((const Py_UCS1 *)data)[at];
        break;
    case PyUnicode_2BYTE_KIND:
        for (Py_ssize_t at = 0; at < length; at++)
            letters[at] = ((const Py_UCS2 *)data)[at];
        break;
    default:
        memcpy(letters, data, length * sizeof *letters);
    }
    for (Py_ssize_t at = length; at < length + 1 + BLOCK; at++)
        letters[at] = EDGE;
    return length + 2;
}

/* Write the slots of one, of two and of three letters at each place, as if there were no negations. */
WIDE static void
hash(const uint32_t *restrict letters, Py_ssize_t places, int shift, uint32_t *restrict ones, uint32_t *restrict twos,
     uint32_t *restrict threes)
{
    for (Py_ssize_t at = 0; at < places; at++) {
        uint32_t two = letters[at] * FIRST + letters[at + 1] * SECOND;
        ones[at] = letters[at] * SECOND >> shift;
        twos[at] = two >> shift;
        threes[at] = (two * THIRD + letters[at + 2] * FIRST) >> shift;
    }
}

/* Whether one letter of a block is a negation. */
WIDE static int
negates(const uint32_t *letters)
{
    int found = 0;
    for (int at = 0; at < BLOCK; at++)
        found |= is_negation(letters[at]);
    return found;
}

/* Write other slots in the scope of negations: those of one letter and of three. */
static void
negate(const uint32_t *letters, Py_ssize_t places, int shift, uint32_t *ones, uint32_t *threes)
{
    Py_ssize_t last = FAR, before = FAR; /* the last negation of this clause, and the one before */
    for (Py_ssize_t block = 0; block < places; block += BLOCK) {
        if (block - last > REACH && !negates(letters + block))
            continue;
        for (Py_ssize_t at = block; at < block + BLOCK; at++) {
            if (at - last <= REACH && is_break(letters[at]))
                last = before = FAR;
            if (at - last <= REACH) {
                uint32_t mark = at - before <= REACH ? TWICE : ONCE;
                ones[at] = (letters[at] * SECOND ^ mark) * FIRST >> shift;
                threes[at] = ((letters[at] * FIRST + letters[at + 1] * SECOND) ^ mark) * THIRD >> shift;
            }
            if (is_negation(letters[at]))
                before = last, last = at;
        }
    }
}

/* Fill the slots of a text: those of one, of two and of three characters at each place, edges being places. */
static void
fill(PyObject *text, int bits, Grams *grams)
{
    Py_ssize_t places = lay_out(text, grams->letters);
    uint32_t *ones = grams->slots, *twos = ones + places, *threes = twos + places;
    hash(grams->letters, places, 32 - bits, ones, twos, threes);
    negate(grams->letters, places, 32 - bits, ones, threes);
    threes[places - 1] = 0; /* the last edge would see the next text */
    grams->count = WIDTH * places;
    memset(grams->slots + grams->count, 0, AHEAD * sizeof *grams->slots);
}

/* Find the distinct ones among the slots. */
static void
distinguish(Grams *grams)
{
    uint32_t *distinct = grams->distinct;
    uint64_t *bits = seen;
    Py_ssize_t count = 0;
#pragma GCC unroll 4
    for (const uint32_t *slot = grams->slots, *end = slot + grams->count; slot < end; slot++) {
        uint64_t before = bits[*slot / 64], after = before | UINT64_C(1) << *slot % 64;
        distinct[count] = *slot;
        count += before < after; /* no branch: whether one comes again cannot be foreseen */
        bits[*slot / 64] = after;
    }
#pragma GCC unroll 4
    for (Py_ssize_t at = 0; at < count; at++)
        bits[distinct[at] / 64] = 0;
    memset(distinct + count, 0, AHEAD * sizeof *distinct);
    grams->distinct_count = count;
}

/* Find the distinct ones and how often each comes. */
static void
tally(Grams *grams)
{
    const uint32_t *slots = grams->slots;
    uint32_t *distinct = grams->distinct, *times = grams->times, count = 0, size = 16;
    uint16_t *set = grams->set;
    while (size < SPARE * grams->count) /* a power of two that leaves most places free */
        size *= 2;
    memset(set, 0, size * sizeof *set);
    for (Py_ssize_t at = 0; at < grams->count; at++) {
        uint32_t slot = slots[at], place = slot & (size - 1);
        while (set[place] && distinct[set[place] - 1] != slot)
            place = (place + 1) & (size - 1);
        if (!set[place]) {
            distinct[count] = slot;
            times[count] = 0;
            set[place] = (uint16_t)++count;
        }
        times[set[place] - 1]++;
    }
    memset(distinct + count, 0, AHEAD * sizeof *distinct);
    grams->distinct_count = count;
}

static inline int64_t
worth(uint32_t times)
{
    return WORTH[Py_MIN(times, sizeof WORTH - 1)];
}

/* Add up the rows of a table; what each counts for is 1, or what `times` makes of it. */
#define ADD_UP(TYPE)                                                                                                   \
    for (Py_ssize_t at = 0; at < count; at++) {                                                                        \
        const TYPE *table = weights->buffer.buf, *row = table + (Py_ssize_t)slots[at] * weights->columns;              \
        FETCH(table + (Py_ssize_t)slots[at + AHEAD] * weights->columns);                                               \
        int64_t factor = times ? worth(times[at]) : 1;                                                                 \
        for (Py_ssize_t column = 0; column < weights->columns; column++)                                               \
            sums[column] += factor * row[column];                                                                      \
    }

/* Add up two columns of int8: the commonest, and twice as fast so. */
static void
add_two(const int8_t *table, const uint32_t *slots, Py_ssize_t count, int64_t *sums)
{
    int64_t first = 0, second = 0;
#pragma GCC unroll 4
    for (Py_ssize_t at = 0; at < count; at++) {
        const int8_t *row = table + 2 * (Py_ssize_t)slots[at];
        FETCH(table + 2 * (Py_ssize_t)slots[at + AHEAD]);
        first += row[0], second += row[1];
    }
    sums[0] = first, sums[1] = second;
}

/* Add up to LANES columns of int8: as many as there are lanes, and nobody looks at those that are too many. */
WIDE static void
add_lanes(const Weights *weights, const uint32_t *slots, const uint32_t *times, Py_ssize_t count, int64_t *sums)
{
    const int8_t *table = weights->buffer.buf;
    Py_ssize_t columns = weights->columns, last = weights->buffer.len - LANES;
    int32_t lanes[LANES] = {0}; /* no sum is larger: three slots for each of LONGEST letters, each at most 4 * 128 */
    int8_t copied[LANES] = {0};
    for (Py_ssize_t at = 0; at < count; at++) {
        Py_ssize_t from = (Py_ssize_t)slots[at] * columns;
        const int8_t *row = from <= last ? table + from : memcpy(copied, table + from, columns);
        FETCH(table + (Py_ssize_t)slots[at + AHEAD] * columns);
        int16_t factor = times ? (int16_t)worth(times[at]) : 1;
        for (int lane = 0; lane < LANES; lane++)
            lanes[lane] += (int16_t)(factor * row[lane]);
    }
    for (Py_ssize_t column = 0; column < columns; column++)
        sums[column] = lanes[column];
}

static void
add_up(const Weights *weights, const uint32_t *slots, const uint32_t *times, Py_ssize_t count, int64_t *sums)
{
    memset(sums, 0, weights->columns * sizeof *sums);
    if (weights->buffer.itemsize == 2) {
        ADD_UP(int16_t)
    } else if (weights->columns == 2 && !times) {
        add_two(weights->buffer.buf, slots, count, sums);
    } else if (weights->columns <= LANES) {
        add_lanes(weights, slots, times, count, sums);
    } else {
        ADD_UP(int8_t)
    }
}

static void
free_grams(Grams *grams)
{
    PyMem_Free(grams->letters);
    PyMem_Free(grams->slots);
    PyMem_Free(grams->distinct);
    PyMem_Free(grams->times);
    PyMem_Free(grams->set);
}

/* Make room for a text of so many characters. */
static int
make_room(Grams *grams, Py_ssize_t longest, int bits)
{
    Py_ssize_t places = Py_MIN(longest, LONGEST) + 2, most = WIDTH * places, size = 16;
    while (size < SPARE * most)
        size *= 2;
    grams->letters = PyMem_Malloc((places + BLOCK) * sizeof *grams->letters);
    grams->slots = PyMem_Malloc((most + AHEAD) * sizeof *grams->slots);
    grams->distinct = PyMem_Malloc((most + AHEAD) * sizeof *grams->distinct);
    grams->times = PyMem_Malloc(most * sizeof *grams->times);
    grams->set = PyMem_Malloc(size * sizeof *grams->set);
    if (grams->letters && grams->slots && grams->distinct && grams->times && grams->set)
        return seen_room(bits);
    PyErr_NoMemory();
    return -1;
}

/* Read the tables: (weights, how), the weights being rows of int8 or int16, one for each slot. */
static Py_ssize_t
read_tables(PyObject *tables, int bits, Weights *weights, Py_ssize_t *columns)
{
    Py_ssize_t count = 0;
    for (; count < PyTuple_GET_SIZE(tables); count++) {
        Weights *one = &weights[count];
        PyObject *from;
        if (count == TABLES || !PyTuple_Check(PyTuple_GET_ITEM(tables, count)) ||
            !PyArg_ParseTuple(PyTuple_GET_ITEM(tables, count), "Oi", &from, &one->how) ||
            PyObject_GetBuffer(from, &one->buffer, PyBUF_C_CONTIGUOUS) < 0) {
            if (!PyErr_Occurred())
                PyErr_SetString(PyExc_TypeError, "a table is its weights and how they count");
            return -1 - count;
        }
        if (one->buffer.ndim != 2 || one->buffer.shape[0] != (Py_ssize_t)1 << bits || one->how < EACH ||
            one->how > COUNTED || (one->buffer.itemsize != 1 && one->buffer.itemsize != 2)) {
            PyErr_SetString(PyExc_ValueError, "a table has a row of int8 or int16 for each slot");
            return -2 - count;
        }
        one->columns = one->buffer.shape[1];
        *columns += one->columns;
    }
    return count;
}

static int
judge(PyObject *texts, int bits, const Weights *weights, Py_ssize_t tables, int64_t *sums, int64_t *sizes)
{
    Py_ssize_t longest = 0;
    int distinct = 0, counted = 0;
    for (Py_ssize_t at = 0; at < PyList_GET_SIZE(texts); at++) {
        if (!PyUnicode_Check(PyList_GET_ITEM(texts, at))) {
            PyErr_SetString(PyExc_TypeError, "a text is a str");
            return -1;
        }
        longest = Py_MAX(longest, PyUnicode_GET_LENGTH(PyList_GET_ITEM(texts, at)));
    }
    for (Py_ssize_t table = 0; table < tables; table++)
        distinct |= weights[table].how == DISTINCT, counted |= weights[table].how == COUNTED;
    Grams grams = {0};
    int failed = make_room(&grams, longest, bits);
    for (Py_ssize_t at = 0; !failed && at < PyList_GET_SIZE(texts); at++, sizes += 2) {
        fill(PyList_GET_ITEM(texts, at), bits, &grams);
        if (counted)
            tally(&grams);
        else if (distinct)
            distinguish(&grams);
        for (Py_ssize_t table = 0; table < tables; table++) {
            const Weights *one = &weights[table];
            if (one->how == EACH)
                add_up(one, grams.slots, NULL, grams.count, sums);
            else
                add_up(one, grams.distinct, one->how == COUNTED ? grams.times : NULL, grams.distinct_count, sums);
            sums += one->columns;
        }
        sizes[0] = grams.count, sizes[1] = grams.distinct_count;
    }
    free_grams(&grams);
    return failed;
}

PyDoc_STRVAR(sums_doc, "sums(texts, bits, tables, sums, sizes)\n--\n\n"
                       "Write what the tables sum up to for each normal text, column by column, and how many n-grams\n"
                       "and distinct ones it has, into two arrays of int64. Raises TypeError, ValueError.");

static PyObject *
sums_of(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *texts, *tables, *sums_to, *sizes_to, *done = NULL;
    int bits;
    Weights weights[TABLES];
    Py_ssize_t columns = 0;
    if (!PyArg_ParseTuple(args, "O!iO!OO", &PyList_Type, &texts, &bits, &PyTuple_Type, &tables, &sums_to, &sizes_to))
        return NULL;
    if (bits < 1 || bits > 30) {
        PyErr_SetString(PyExc_ValueError, "from 1 to 30 bits choose the slot");
        return NULL;
    }
    Py_buffer sums = {0}, sizes = {0};
    Py_ssize_t count = PyList_GET_SIZE(texts), held = read_tables(tables, bits, weights, &columns);
    if (held >= 0 && PyObject_GetBuffer(sums_to, &sums, PyBUF_WRITABLE) == 0 &&
        PyObject_GetBuffer(sizes_to, &sizes, PyBUF_WRITABLE) == 0) {
        Py_ssize_t size = count * (Py_ssize_t)sizeof(int64_t);
        if (sums.len != size * columns || sizes.len != size * 2)
            PyErr_SetString(PyExc_ValueError, "the arrays have room for every text and column");
        else if (judge(texts, bits, weights, held, sums.buf, sizes.buf) == 0)
            done = Py_NewRef(Py_None);
    }
    PyBuffer_Release(&sums);
    PyBuffer_Release(&sizes);
    for (Py_ssize_t table = 0; table < (held < 0 ? -1 - held : held); table++)
        PyBuffer_Release(&weights[table].buffer);
    return done;
}

static PyMethodDef functions[] = {
    {"sums", sums_of, METH_VARARGS, sums_doc},
    {NULL},
};

static PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "_ngrams", .m_size = 0, .m_methods = functions};

PyMODINIT_FUNC
PyInit__ngrams(void)
{
    return PyModule_Create(&module);
}
