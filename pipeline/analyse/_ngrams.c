/* Sums of weights over the hashed n-grams of texts: ngrams.sums in C. What a slot is, ngrams.grid says. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

#define WIDTH 3
#define REACH 6
#define LONGEST 10000 /* characters; a longer text is judged by its beginning */
#define TABLES 8      /* at most */
#define EDGE '\n'
#define EMPTY UINT32_MAX
#define SPARE 4  /* places in a set for each slot */
#define AHEAD 32 /* rows that are asked for while another is added: tables are larger than what a processor keeps at hand */

#if defined(__GNUC__)
#define FETCH(place) __builtin_prefetch(place)
#else
#define FETCH(place)
#endif

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

/* The slots of one text, and the distinct ones with how often they come. */
typedef struct {
    uint32_t *slots, *distinct, *times, *set, *where;
    uint64_t *seen;
    Py_ssize_t count, distinct_count;
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

/* Fill the slots of a text: those of one, of two and of three characters at each place, edges being places. */
static void
fill(PyObject *text, int bits, Grams *grams)
{
    int kind = PyUnicode_KIND(text), shift = 32 - bits;
    const void *data = PyUnicode_DATA(text);
    Py_ssize_t length = Py_MIN(PyUnicode_GET_LENGTH(text), LONGEST), negations[REACH + 1];
    int open = 0; /* negations whose scope we are in */
    uint32_t *slot = grams->slots, here = EDGE, after = length ? PyUnicode_READ(kind, data, 0) : EDGE;
    for (Py_ssize_t place = 0; place < length + 2; place++) {
        uint32_t second = place + 1 < length ? PyUnicode_READ(kind, data, place + 1) : EDGE;
        uint32_t one = here * SECOND, two = here * FIRST + after * SECOND, three = two * THIRD + second * FIRST;
        if (is_break(here))
            open = 0;
        if (open && place - negations[0] > REACH) {
            for (int at = 1; at < open; at++)
                negations[at - 1] = negations[at];
            open--;
        }
        if (open) {
            uint32_t mark = open > 1 ? TWICE : ONCE;
            three = (two ^ mark) * THIRD;
            one = (one ^ mark) * FIRST;
        }
        if (is_negation(here))
            negations[open++] = place;
        slot[0] = one >> shift, slot[1] = two >> shift;
        slot[2] = place == length + 1 ? 0 : three >> shift; /* the last edge would see the next text */
        slot += WIDTH;
        here = after, after = second;
    }
    grams->count = slot - grams->slots;
}

/* Wipe the set for the slots of a text; return its size, a power of two that leaves most places free. */
static uint32_t
wiped(const Grams *grams)
{
    uint32_t size = 16;
    while (size < SPARE * (uint64_t)grams->count)
        size *= 2;
    memset(grams->set, 0xff, size * sizeof *grams->set);
    return size;
}

/* Find the distinct ones among the slots: a bit for each slot there is, which are all clear again afterwards. */
static void
distinguish(Grams *grams)
{
    uint64_t *seen = grams->seen;
    uint32_t *distinct = grams->distinct;
    Py_ssize_t count = 0;
    for (Py_ssize_t at = 0; at < grams->count; at++) {
        uint32_t slot = grams->slots[at];
        uint64_t bit = UINT64_C(1) << slot % 64, word = seen[slot / 64];
        distinct[count] = slot;
        count += !(word & bit); /* no branch: whether one comes again cannot be foreseen */
        seen[slot / 64] = word | bit;
    }
    for (Py_ssize_t at = 0; at < count; at++)
        seen[distinct[at] / 64] = 0;
    grams->distinct_count = count;
}

/* Find the distinct ones and how often each comes. */
static void
tally(Grams *grams)
{
    uint32_t size = wiped(grams);
    grams->distinct_count = 0;
    for (Py_ssize_t at = 0; at < grams->count; at++) {
        uint32_t slot = grams->slots[at], place = slot & (size - 1);
        while (grams->set[place] != EMPTY && grams->set[place] != slot)
            place = (place + 1) & (size - 1);
        if (grams->set[place] == EMPTY) {
            grams->set[place] = slot;
            grams->where[place] = (uint32_t)grams->distinct_count;
            grams->distinct[grams->distinct_count] = slot;
            grams->times[grams->distinct_count++] = 0;
        }
        grams->times[grams->where[place]]++;
    }
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
        if (at + AHEAD < count)                                                                                        \
            FETCH(table + (Py_ssize_t)slots[at + AHEAD] * weights->columns);                                           \
        int64_t factor = times ? worth(times[at]) : 1;                                                                 \
        for (Py_ssize_t column = 0; column < weights->columns; column++)                                               \
            sums[column] += factor * row[column];                                                                      \
    }

static void
add_up(const Weights *weights, const uint32_t *slots, const uint32_t *times, Py_ssize_t count, int64_t *sums)
{
    memset(sums, 0, weights->columns * sizeof *sums);
    if (weights->buffer.itemsize == 1 && weights->columns == 2 && !times) { /* the commonest, and twice as fast so */
        const int8_t *table = weights->buffer.buf;
        int64_t first = 0, second = 0;
        for (Py_ssize_t at = 0; at < count; at++) {
            const int8_t *row = table + 2 * (Py_ssize_t)slots[at];
            if (at + AHEAD < count)
                FETCH(table + 2 * (Py_ssize_t)slots[at + AHEAD]);
            first += row[0], second += row[1];
        }
        sums[0] = first, sums[1] = second;
    } else if (weights->buffer.itemsize == 2) {
        ADD_UP(int16_t)
    } else {
        ADD_UP(int8_t)
    }
}

static void
free_grams(Grams *grams)
{
    PyMem_Free(grams->slots);
    PyMem_Free(grams->distinct);
    PyMem_Free(grams->times);
    PyMem_Free(grams->set);
    PyMem_Free(grams->where);
    PyMem_Free(grams->seen);
}

/* Make room for a text of so many characters. */
static int
make_room(Grams *grams, Py_ssize_t longest, int bits)
{
    Py_ssize_t most = WIDTH * (Py_MIN(longest, LONGEST) + 2), size = 16;
    while (size < SPARE * most)
        size *= 2;
    grams->slots = PyMem_Malloc(most * sizeof(uint32_t));
    grams->distinct = PyMem_Malloc(most * sizeof(uint32_t));
    grams->times = PyMem_Malloc(most * sizeof(uint32_t));
    grams->set = PyMem_Malloc(size * sizeof(uint32_t));
    grams->where = PyMem_Malloc(size * sizeof(uint32_t));
    grams->seen = PyMem_Calloc(((size_t)1 << bits) / 64 + 1, sizeof(uint64_t));
    if (grams->seen && grams->slots && grams->distinct && grams->times && grams->set && grams->where)
        return 0;
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
