/* The terms that set texts apart: terms.py in C, which says what they are. */

#include "arrays.h"
#include <math.h>
#include <stdint.h>

#define BITS 21
#define STEPS 16.0
#define USUAL 5.0
#define AGAIN 0.5
#define HEAVIEST 0xFFFF
#define FINE 512.0
#define ONE UINT32_C(0x9E3779B1)
#define TWO UINT32_C(0x85EBCA6B)
#define THREE UINT32_C(0xC2B2AE35)

/* What the caller's arrays hold: for each text how many letters open it, and how much these count; how rare pieces are;
   and where its terms and their weights go. */
typedef struct {
    Py_buffer heads, boosts, rarity, terms, weights;
    Py_ssize_t kept;
} Sheet;

/* A piece, how often a text has it, and whether it opens the text. */
typedef struct {
    uint32_t hash;
    uint16_t times;
    uint8_t opens;
} Piece;

/* The hashes of all pieces of one text; the rare ones, and a table of them by hash: one more than the number of each, 0
   where there is none. */
typedef struct {
    uint32_t *hashes;
    Piece *pieces;
    uint32_t *slots;
    uint32_t mask;
    Py_ssize_t count, room;
} Pieces;

static void
let_go(Sheet *sheet)
{
    PyBuffer_Release(&sheet->heads);
    PyBuffer_Release(&sheet->boosts);
    PyBuffer_Release(&sheet->rarity);
    PyBuffer_Release(&sheet->terms);
    PyBuffer_Release(&sheet->weights);
}

/* Read the five arrays for so many texts. Whoever called lets go, also after -1. */
static int
read_sheet(Sheet *sheet, PyObject *const *from, Py_ssize_t texts)
{
    if (array(&sheet->heads, from[0], 1, 8, 0) < 0 || array(&sheet->boosts, from[1], 1, 4, 0) < 0 ||
        array(&sheet->rarity, from[2], 1, 1, 0) < 0 || array(&sheet->terms, from[3], 2, 4, PyBUF_WRITABLE) < 0 ||
        array(&sheet->weights, from[4], 2, 4, PyBUF_WRITABLE) < 0)
        return -1;
    sheet->kept = sheet->terms.shape[1];
    if (sheet->heads.shape[0] == texts && sheet->boosts.shape[0] == texts && sheet->terms.shape[0] == texts &&
        sheet->weights.shape[0] == texts && sheet->weights.shape[1] == sheet->kept &&
        sheet->rarity.shape[0] == (Py_ssize_t)1 << BITS)
        return 0;
    PyErr_SetString(PyExc_ValueError, "arrays of other texts, or another table");
    return -1;
}

static inline uint32_t
mixed(uint32_t hash)
{
    hash ^= hash >> 15;
    hash *= TWO;
    hash ^= hash >> 13;
    return hash * THREE;
}

static inline int
is_end(Py_UCS4 letter)
{
    return letter == U'。' || letter == U'!' || letter == U'?' || letter == U';' || letter == U'\n';
}

/* Forget the last text, and have room for one of so many letters. Return -1 without memory. */
static int
make_room(Pieces *all, Py_ssize_t letters)
{
    size_t slots = 64;
    while (slots < 4 * (size_t)letters)
        slots *= 2;
    if (!all->room || letters > all->room) {
        PyMem_Free(all->hashes);
        PyMem_Free(all->pieces);
        PyMem_Free(all->slots);
        all->hashes = PyMem_Malloc(2 * (size_t)letters * sizeof *all->hashes);
        all->pieces = PyMem_Malloc(2 * (size_t)letters * sizeof *all->pieces); /* of no bytes is not NULL */
        all->slots = PyMem_Malloc(slots * sizeof *all->slots);
        all->room = all->hashes && all->pieces && all->slots ? letters : 0;
        if (!all->hashes || !all->pieces || !all->slots)
            return -1;
    }
    memset(all->slots, 0, slots * sizeof *all->slots);
    all->mask = (uint32_t)(slots - 1), all->count = 0;
    return 0;
}

static inline void
keep_rare(Pieces *all, const uint8_t *rarity, uint32_t hash, int opens)
{
    if (rarity[hash >> (32 - BITS)] <= STEPS * USUAL)
        return;
    uint32_t slot = hash & all->mask;
    while (all->slots[slot] && all->pieces[all->slots[slot] - 1].hash != hash)
        slot = (slot + 1) & all->mask;
    if (!all->slots[slot]) {
        all->pieces[all->count++] = (Piece){hash, 0, 0};
        all->slots[slot] = (uint32_t)all->count;
    }
    Piece *piece = &all->pieces[all->slots[slot] - 1];
    piece->times += piece->times < UINT16_MAX;
    piece->opens |= (uint8_t)opens;
}

/* Write down a piece, and ask for its place in the table, which is larger than what a processor keeps at hand. */
static inline void
note(uint32_t *hash, const uint8_t *rarity, uint32_t piece)
{
    *hash = piece;
    __builtin_prefetch(&rarity[piece >> (32 - BITS)]);
}

/* Find the pieces of two and three letters that are rare, none across the end of a sentence. Return -1 without memory. */
static int
cut(PyObject *letters, int64_t head, const uint8_t *rarity, Pieces *all)
{
    Py_ssize_t length = PyUnicode_GET_LENGTH(letters), run = 0; /* letters since the last end */
    int kind = PyUnicode_KIND(letters);
    const void *data = PyUnicode_DATA(letters);
    if (make_room(all, length) < 0)
        return -1;
    uint32_t one = 0, two = 0, *hashes = all->hashes;
    Py_ssize_t count = 0, opening = 0;
    for (Py_ssize_t at = 0; at < length; at++) {
        uint32_t letter = PyUnicode_READ(kind, data, at);
        run = is_end(letter) ? 0 : run + 1;
        if (run >= 2)
            note(&hashes[count++], rarity, mixed(two * ONE ^ letter * TWO));
        if (run >= 3)
            note(&hashes[count++], rarity, mixed((one * ONE + two * TWO) ^ letter * THREE));
        one = two, two = letter;
        opening = at < head ? count : opening;
    }
    for (Py_ssize_t at = 0; at < count; at++)
        keep_rare(all, rarity, hashes[at], at < opening);
    return 0;
}

/* Return how light a piece is, and behind it the hash: of two that are equally light the lower hash comes first. */
static inline uint64_t
lightness(const Piece *piece, const uint8_t *rarity, double boost)
{
    int again = piece->times - 1 < 2 ? piece->times - 1 : 2;
    double weight = rarity[piece->hash >> (32 - BITS)] / STEPS - USUAL;
    weight *= (piece->opens ? boost : 1.0) * (1 + AGAIN * again);
    return (uint64_t)(HEAVIEST - (int64_t)nearbyint(weight * FINE)) << 32 | piece->hash;
}

/* Return a power of two that is more than so many. */
static Py_ssize_t
beyond(Py_ssize_t most)
{
    Py_ssize_t size = 1;
    while (size <= most)
        size *= 2;
    return size;
}

/* Put the lightest, which weigh most, in order; behind them all is as light as can be. Return how many there are. */
static Py_ssize_t
order(const Pieces *all, const uint8_t *rarity, double boost, uint64_t *first, Py_ssize_t most)
{
    Py_ssize_t count = 0, size = beyond(most);
    memset(first, 0xff, (size_t)size * sizeof *first);
    for (Py_ssize_t at = 0; at < all->count; at++) {
        uint64_t key = lightness(&all->pieces[at], rarity, boost);
        if (!most || key > first[most - 1])
            continue;
        Py_ssize_t low = 0;
        for (Py_ssize_t step = size / 2; step; step /= 2) /* no branch: where it belongs cannot be foreseen */
            low += first[low + step - 1] < key ? step : 0;
        count += count < most;
        memmove(first + low + 1, first + low, (size_t)(count - low - 1) * sizeof *first);
        first[low] = key;
    }
    return count;
}

PyDoc_STRVAR(heaviest_doc,
             "heaviest(letters, heads, boosts, rarity, terms, weights)\n--\n\n"
             "Write the terms of each text, the heaviest first, and their weights. Raises TypeError, ValueError.");

static PyObject *
heaviest(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t given)
{
    if (given != 6 || !PyList_Check(args[0])) {
        PyErr_SetString(PyExc_TypeError, "a list of texts and five arrays are wanted");
        return NULL;
    }
    PyObject *texts = args[0], *done = NULL;
    Sheet sheet = {0};
    Pieces pieces = {0};
    uint64_t *first = NULL;
    if (read_sheet(&sheet, args + 1, PyList_GET_SIZE(texts)) < 0)
        goto end;
    if (!(first = PyMem_Malloc((size_t)beyond(sheet.kept) * sizeof *first))) {
        PyErr_NoMemory();
        goto end;
    }
    for (Py_ssize_t row = 0; row < PyList_GET_SIZE(texts); row++) {
        PyObject *letters = PyList_GET_ITEM(texts, row);
        if (!PyUnicode_Check(letters)) {
            PyErr_SetString(PyExc_TypeError, "what is cut is a text");
            goto end;
        }
        if (cut(letters, ((int64_t *)sheet.heads.buf)[row], sheet.rarity.buf, &pieces) < 0) {
            PyErr_NoMemory();
            goto end;
        }
        uint32_t *terms = (uint32_t *)sheet.terms.buf + row * sheet.kept;
        float *weights = (float *)sheet.weights.buf + row * sheet.kept;
        Py_ssize_t count = order(&pieces, sheet.rarity.buf, ((float *)sheet.boosts.buf)[row], first, sheet.kept);
        for (Py_ssize_t at = 0; at < count; at++) {
            terms[at] = (uint32_t)first[at];
            weights[at] = (float)((double)(HEAVIEST - (int64_t)(first[at] >> 32)) / FINE);
        }
    }
    done = Py_NewRef(Py_None);
end:
    PyMem_Free(first);
    PyMem_Free(pieces.hashes);
    PyMem_Free(pieces.pieces);
    PyMem_Free(pieces.slots);
    let_go(&sheet);
    return done;
}

static PyMethodDef functions[] = {
    {"heaviest", (PyCFunction)(void (*)(void))heaviest, METH_FASTCALL, heaviest_doc},
    {NULL},
};

static PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "_terms", .m_size = -1, .m_methods = functions};

PyMODINIT_FUNC
PyInit__terms(void)
{
    return PyModule_Create(&module);
}
