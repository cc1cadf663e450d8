/* Sums of the weights of letters, pairs and triples: tiers.each and tiers.once in C. What a slot is, tiers says. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include "loops.h"
#include "seen.h"
#include <stdint.h>

#define REACH 3
#define COLUMNS 8 /* at most */
#define TIERS 4   /* columns, nearly always */
#define AHEAD 16  /* rows that are asked for while another is added: the tables are larger than what lies near */

static const uint32_t ONE = 0xC2B2AE35, TWO = 0x9E3779B1, THREE = 0x85EBCA6B, FOLDED = 0x27D4EB2F;

typedef struct {
    Py_buffer buffer;
    Py_ssize_t columns;
    int shift;
    PyObject *signs; /* letters that are in no gram */
} Table;

static int
read_table(Table *table, PyObject *from, int bits, PyObject *signs)
{
    if (PyObject_GetBuffer(from, &table->buffer, PyBUF_C_CONTIGUOUS) < 0)
        return -1;
    if (bits < 1 || bits > 30 || table->buffer.ndim != 2 || table->buffer.itemsize != 2 ||
        table->buffer.shape[0] != (Py_ssize_t)1 << bits || table->buffer.shape[1] > COLUMNS) {
        PyErr_SetString(PyExc_ValueError, "a table has a row of int16 for each slot");
        PyBuffer_Release(&table->buffer);
        return -1;
    }
    table->columns = table->buffer.shape[1];
    table->shift = 32 - bits;
    table->signs = signs;
    return 0;
}

static int
is_sign(const Table *table, Py_UCS4 letter)
{
    return !(letter >= 0x4E00 && letter <= 0x9FFF) &&
           PyUnicode_FindChar(table->signs, letter, 0, PyUnicode_GET_LENGTH(table->signs), 1) >= 0;
}

static uint32_t
slot_of(const Table *table, uint32_t gram)
{
    return ((gram ^ gram >> 15) * THREE) >> table->shift;
}

/* Add up the rows of some slots, behind which stand AHEAD that can be asked for. */
WIDE static void
add_up(const Table *table, const uint32_t *slots, Py_ssize_t count, int64_t *sums)
{
    const int16_t *rows = table->buffer.buf;
    Py_ssize_t columns = table->columns;
    int64_t tiers[TIERS] = {0};
    for (Py_ssize_t at = 0; at < count && columns == TIERS; at++) {
        FETCH(rows + (Py_ssize_t)slots[at + AHEAD] * TIERS);
        for (int column = 0; column < TIERS; column++)
            tiers[column] += rows[(Py_ssize_t)slots[at] * TIERS + column];
    }
    memcpy(sums, tiers, sizeof tiers);
    for (Py_ssize_t at = 0; at < count && columns != TIERS; at++)
        for (Py_ssize_t column = 0; column < columns; column++)
            sums[column] += rows[(Py_ssize_t)slots[at] * columns + column];
}

/* Return how many times a unit some slots weigh. */
static PyObject *
weighed(const Table *table, uint32_t *slots, Py_ssize_t count, double unit)
{
    int64_t sums[COLUMNS] = {0};
    memset(slots + count, 0, AHEAD * sizeof *slots);
    add_up(table, slots, count, sums);
    PyObject *told = PyTuple_New(table->columns);
    for (Py_ssize_t column = 0; told && column < table->columns; column++) {
        PyObject *sum = PyFloat_FromDouble((double)sums[column] * unit);
        if (sum)
            PyTuple_SET_ITEM(told, column, sum);
        else
            Py_CLEAR(told);
    }
    return told;
}

/* Write the slots of all letters and pairs of a text but slot 0. Return how many there are. */
static Py_ssize_t
write_slots(const Table *table, PyObject *text, uint32_t *slots)
{
    int kind = PyUnicode_KIND(text), letter_before = 0;
    const void *data = PyUnicode_DATA(text);
    uint32_t before = 0;
    Py_ssize_t length = PyUnicode_GET_LENGTH(text), count = 0;
    for (Py_ssize_t place = 0; place < length; place++) {
        uint32_t letter = PyUnicode_READ(kind, data, place);
        int is_letter = !is_sign(table, letter);
        if (is_letter) {
            slots[count] = slot_of(table, letter * ONE);
            count += slots[count] != 0;
        }
        if (is_letter && letter_before) {
            slots[count] = slot_of(table, (before * TWO ^ letter) * ONE);
            count += slots[count] != 0;
        }
        before = letter, letter_before = is_letter;
    }
    return count;
}

/* Return the length of the longest text that is not too long, or -1 with an exception. */
static Py_ssize_t
longest_of(PyObject *texts, Py_ssize_t most)
{
    Py_ssize_t longest = 0;
    for (Py_ssize_t at = 0; at < PyList_GET_SIZE(texts); at++) {
        PyObject *text = PyList_GET_ITEM(texts, at);
        if (!PyUnicode_Check(text)) {
            PyErr_SetString(PyExc_TypeError, "a text is a str");
            return -1;
        }
        if (PyUnicode_GET_LENGTH(text) <= most)
            longest = Py_MAX(longest, PyUnicode_GET_LENGTH(text));
    }
    return longest;
}

PyDoc_STRVAR(each_doc, "each(texts, table, unit, bits, signs, longest)\n--\n\n"
                       "Return how many times a unit letters and pairs of each text weigh; nothing if it is longer.\n"
                       "Slot 0 weighs nothing. Raises TypeError, ValueError.");

static PyObject *
each(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *texts, *weights, *signs;
    int bits;
    double unit;
    Py_ssize_t most, longest;
    Table table;
    if (!PyArg_ParseTuple(args, "O!OdiUn", &PyList_Type, &texts, &weights, &unit, &bits, &signs, &most) ||
        (longest = longest_of(texts, most)) < 0 || read_table(&table, weights, bits, signs) < 0)
        return NULL;
    uint32_t *slots = PyMem_New(uint32_t, 2 * longest + 1 + AHEAD);
    PyObject *told = slots ? PyList_New(PyList_GET_SIZE(texts)) : PyErr_NoMemory();
    for (Py_ssize_t at = 0; told && at < PyList_GET_SIZE(told); at++) {
        PyObject *text = PyList_GET_ITEM(texts, at);
        Py_ssize_t count = PyUnicode_GET_LENGTH(text) <= most ? write_slots(&table, text, slots) : 0;
        PyObject *one = weighed(&table, slots, count, unit);
        if (one)
            PyList_SET_ITEM(told, at, one);
        else
            Py_CLEAR(told);
    }
    PyMem_Free(slots);
    PyBuffer_Release(&table.buffer);
    return told;
}

/* Write every slot of a text that was not seen yet. Return where the next one goes. */
static uint32_t *
write_new(const Table *table, PyObject *text, uint32_t changed, uint32_t *to)
{
    int kind = PyUnicode_KIND(text);
    const void *data = PyUnicode_DATA(text);
    Py_ssize_t length = PyUnicode_GET_LENGTH(text), run = 0; /* letters in a row without a sign */
    uint32_t first = 0, second = 0;
    for (Py_ssize_t place = 0; place < length; place++) {
        uint32_t third = PyUnicode_READ(kind, data, place);
        run = is_sign(table, third) ? 0 : run + 1;
        uint32_t grams[REACH] = {third, second * TWO ^ third, (first * TWO ^ second) * TWO ^ third};
        for (Py_ssize_t at = 0; at < REACH && at < run; at++) {
            uint32_t slot = slot_of(table, (grams[at] * ONE) ^ changed);
            uint64_t before = seen[slot / 64], after = before | UINT64_C(1) << slot % 64;
            *to = slot;
            to += before < after; /* no branch: whether one comes again cannot be foreseen */
            seen[slot / 64] = after;
        }
        first = second, second = third;
    }
    return to;
}

PyDoc_STRVAR(once_doc, "once(plain, folded, table, unit, bits, signs)\n--\n\n"
                       "Return how many times a unit letters, pairs and triples of a text and of its folded form weigh,\n"
                       "each slot once. Raises TypeError, ValueError.");

static PyObject *
once(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *plain, *folded, *weights, *signs, *told = NULL;
    int bits;
    double unit;
    Table table;
    if (!PyArg_ParseTuple(args, "UUOdiU", &plain, &folded, &weights, &unit, &bits, &signs) ||
        read_table(&table, weights, bits, signs) < 0)
        return NULL;
    Py_ssize_t letters = PyUnicode_GET_LENGTH(plain) + PyUnicode_GET_LENGTH(folded);
    uint32_t *slots = PyMem_New(uint32_t, REACH * letters + 1 + AHEAD);
    if (slots && seen_room(bits) == 0) {
        uint32_t *end = write_new(&table, folded, FOLDED, write_new(&table, plain, 0, slots));
        for (const uint32_t *slot = slots; slot < end; slot++)
            seen[*slot / 64] = 0;
        told = weighed(&table, slots, end - slots, unit);
    } else if (!slots) {
        PyErr_NoMemory();
    }
    PyMem_Free(slots);
    PyBuffer_Release(&table.buffer);
    return told;
}

static PyMethodDef functions[] = {
    {"each", each, METH_VARARGS, each_doc},
    {"once", once, METH_VARARGS, once_doc},
    {NULL},
};

static PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "_tiers", .m_size = 0, .m_methods = functions};

PyMODINIT_FUNC
PyInit__tiers(void)
{
    return PyModule_Create(&module);
}
