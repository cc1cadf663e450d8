/* Sums of the weights of letters, pairs and triples: tiers.each and tiers.once in C. What a slot is, tiers says. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

#define REACH 3
#define COLUMNS 8 /* at most */
#define EMPTY UINT32_MAX

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

static void
add(const Table *table, uint32_t slot, int64_t *sums)
{
    const int16_t *row = (const int16_t *)table->buffer.buf + (Py_ssize_t)slot * table->columns;
    for (Py_ssize_t column = 0; column < table->columns; column++)
        sums[column] += row[column];
}

static PyObject *
in_a_tuple(const int64_t *sums, Py_ssize_t columns)
{
    PyObject *told = PyTuple_New(columns);
    for (Py_ssize_t column = 0; told && column < columns; column++) {
        PyObject *sum = PyLong_FromLongLong(sums[column]);
        if (sum)
            PyTuple_SET_ITEM(told, column, sum);
        else
            Py_CLEAR(told);
    }
    return told;
}

PyDoc_STRVAR(each_doc, "each(texts, table, bits, signs, longest)\n--\n\n"
                       "Return what letters and pairs of each text sum up to, in whole numbers; nothing if it is longer.\n"
                       "Slot 0 weighs nothing. Raises TypeError, ValueError.");

static PyObject *
each(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *texts, *weights, *signs;
    int bits;
    Py_ssize_t longest;
    Table table;
    if (!PyArg_ParseTuple(args, "O!OiUn", &PyList_Type, &texts, &weights, &bits, &signs, &longest) ||
        read_table(&table, weights, bits, signs) < 0)
        return NULL;
    PyObject *told = PyList_New(PyList_GET_SIZE(texts));
    for (Py_ssize_t at = 0; told && at < PyList_GET_SIZE(texts); at++) {
        PyObject *text = PyList_GET_ITEM(texts, at), *sums_of_one = NULL;
        int64_t sums[COLUMNS] = {0};
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
                    add(&table, one, sums);
            }
            if (is_letter && letter_before) {
                uint32_t two = slot_of(&table, (before * TWO ^ letter) * ONE);
                if (two)
                    add(&table, two, sums);
            }
            before = letter, letter_before = is_letter;
        }
        if ((sums_of_one = in_a_tuple(sums, table.columns)))
            PyList_SET_ITEM(told, at, sums_of_one);
        else
            Py_CLEAR(told);
    }
    PyBuffer_Release(&table.buffer);
    return told;
}

/* Add every slot of a text that is not in the set yet. */
static void
add_new(const Table *table, PyObject *text, uint32_t changed, uint32_t *set, uint32_t mask, int64_t *sums)
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
            uint32_t slot = slot_of(table, (grams[at] * ONE) ^ changed), place_in_set = slot * TWO & mask;
            while (set[place_in_set] != EMPTY && set[place_in_set] != slot)
                place_in_set = (place_in_set + 1) & mask;
            if (set[place_in_set] == EMPTY) {
                set[place_in_set] = slot;
                add(table, slot, sums);
            }
        }
        first = second, second = third;
    }
}

PyDoc_STRVAR(once_doc, "once(plain, folded, table, bits, signs)\n--\n\n"
                       "Return what letters, pairs and triples of a text and of its folded form sum up to, each slot\n"
                       "once. Raises TypeError, ValueError.");

static PyObject *
once(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *plain, *folded, *weights, *signs, *told = NULL;
    int bits;
    Table table;
    if (!PyArg_ParseTuple(args, "UUOiU", &plain, &folded, &weights, &bits, &signs) ||
        read_table(&table, weights, bits, signs) < 0)
        return NULL;
    uint64_t size = 64;
    while (size < 2 * REACH * (uint64_t)(PyUnicode_GET_LENGTH(plain) + PyUnicode_GET_LENGTH(folded)))
        size *= 2;
    uint32_t *set = size <= UINT32_MAX ? PyMem_Malloc(size * sizeof *set) : NULL;
    if (set) {
        int64_t sums[COLUMNS] = {0};
        memset(set, 0xff, size * sizeof *set);
        add_new(&table, plain, 0, set, (uint32_t)(size - 1), sums);
        add_new(&table, folded, FOLDED, set, (uint32_t)(size - 1), sums);
        told = in_a_tuple(sums, table.columns);
    } else {
        PyErr_NoMemory();
    }
    PyMem_Free(set);
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
