/* Sums of the weights of letters, pairs and triples: tiers.each and tiers.once in C. What a slot is, tiers says. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

#define REACH 3
#define COLUMNS 8 /* at most */
#define AHEAD 16 /* rows that are asked for before the first is added: the tables are larger than what lies near */

#if defined(__GNUC__)
#define FETCH(place) __builtin_prefetch(place)
#else
#define FETCH(place)
#endif

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

/* What the rows of a text sum up to, and the slots of those that are still to be added. */
typedef struct {
    int64_t sums[COLUMNS];
    uint32_t coming[AHEAD];
    size_t count;
} Sum;

static const int16_t *
row_of(const Table *table, uint32_t slot)
{
    return (const int16_t *)table->buffer.buf + (Py_ssize_t)slot * table->columns;
}

static void
add_row(const Table *table, const int16_t *row, int64_t *sums)
{
    if (table->columns == 4) /* as there are tiers: then no loop is needed */
        sums[0] += row[0], sums[1] += row[1], sums[2] += row[2], sums[3] += row[3];
    else
        for (Py_ssize_t column = 0; column < table->columns; column++)
            sums[column] += row[column];
}

/* Add the row of a slot, once some others came. */
static void
add(const Table *table, uint32_t slot, Sum *sum)
{
    size_t at = sum->count++ % AHEAD;
    if (sum->count > AHEAD)
        add_row(table, row_of(table, sum->coming[at]), sum->sums);
    sum->coming[at] = slot;
    FETCH(row_of(table, slot));
}

/* Add the rows that are left. */
static void
add_last(const Table *table, Sum *sum)
{
    for (size_t at = 0; at < Py_MIN(sum->count, AHEAD); at++)
        add_row(table, row_of(table, sum->coming[at]), sum->sums);
}

static PyObject *
in_a_tuple(const int64_t *sums, double unit, Py_ssize_t columns)
{
    PyObject *told = PyTuple_New(columns);
    for (Py_ssize_t column = 0; told && column < columns; column++) {
        PyObject *sum = PyFloat_FromDouble((double)sums[column] * unit);
        if (sum)
            PyTuple_SET_ITEM(told, column, sum);
        else
            Py_CLEAR(told);
    }
    return told;
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
    Py_ssize_t longest;
    Table table;
    if (!PyArg_ParseTuple(args, "O!OdiUn", &PyList_Type, &texts, &weights, &unit, &bits, &signs, &longest) ||
        read_table(&table, weights, bits, signs) < 0)
        return NULL;
    PyObject *told = PyList_New(PyList_GET_SIZE(texts));
    for (Py_ssize_t at = 0; told && at < PyList_GET_SIZE(texts); at++) {
        PyObject *text = PyList_GET_ITEM(texts, at), *sums_of_one = NULL;
        Sum sum = {.count = 0};
        if (!PyUnicode_Check(text)) {
            PyErr_SetString(PyExc_TypeError, "a text is a str");
            Py_CLEAR(told);
            break;
        }
        Py_ssize_t length = PyUnicode_GET_LENGTH(text) <= longest ? PyUnicode_GET_LENGTH(text) : 0;
        int kind = PyUnicode_KIND(text), letter_before = 0;
        const void *data = PyUnicode_DATA(text);
        uint32_t before = 0;
        for (Py_ssize_t place = 0; place < length; place++) {
            uint32_t letter = PyUnicode_READ(kind, data, place);
            int is_letter = !is_sign(&table, letter);
            if (is_letter) {
                uint32_t one = slot_of(&table, letter * ONE);
                if (one)
                    add(&table, one, &sum);
            }
            if (is_letter && letter_before) {
                uint32_t two = slot_of(&table, (before * TWO ^ letter) * ONE);
                if (two)
                    add(&table, two, &sum);
            }
            before = letter, letter_before = is_letter;
        }
        add_last(&table, &sum);
        if ((sums_of_one = in_a_tuple(sum.sums, unit, table.columns)))
            PyList_SET_ITEM(told, at, sums_of_one);
        else
            Py_CLEAR(told);
    }
    PyBuffer_Release(&table.buffer);
    return told;
}

/* Add every slot of a text that was not seen yet. */
static void
add_new(const Table *table, PyObject *text, uint32_t changed, uint64_t *seen, Sum *sum)
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
            uint64_t bit = UINT64_C(1) << slot % 64;
            if (!(seen[slot / 64] & bit)) {
                seen[slot / 64] |= bit;
                add(table, slot, sum);
            }
        }
        first = second, second = third;
    }
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
    uint64_t *seen = PyMem_Calloc(((size_t)1 << bits) / 64 + 1, sizeof *seen); /* a bit for each slot */
    if (seen) {
        Sum sum = {.count = 0};
        add_new(&table, plain, 0, seen, &sum);
        add_new(&table, folded, FOLDED, seen, &sum);
        add_last(&table, &sum);
        told = in_a_tuple(sum.sums, unit, table.columns);
    } else {
        PyErr_NoMemory();
    }
    PyMem_Free(seen);
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
