/* Cuts a text into overlapping pairs: pairs.line in C. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#define AT_MOST 3 /* letters that one letter becomes: itself, its neighbour, a blank */

/* Say whether a letter belongs to a run: what a regular expression takes for a letter or a digit, or a picture. */
static inline int
in_run(Py_UCS4 letter)
{
    if (letter < 0x80)
        return Py_ISALNUM((int)letter);
    if (letter >= 0x4e00 && letter < 0x9fa6) /* the common ideographs, which is most of what is asked */
        return 1;
    return Py_UNICODE_ISALNUM(letter) || (letter >= 0x2600 && letter <= 0x27bf) ||
           (letter >= 0x2b00 && letter <= 0x2bff) || (letter >= 0x1f000 && letter <= 0x1faff);
}

/* Write the pairs of a text of *length* letters, and return how many letters they are. */
static Py_ssize_t
cut(int kind, const void *data, Py_ssize_t length, Py_UCS4 *to)
{
    Py_ssize_t used = 0;
    Py_UCS4 letter = length ? PyUnicode_READ(kind, data, 0) : 0;
    int counts = length && in_run(letter);
    for (Py_ssize_t at = 0; at < length; at++) {
        Py_UCS4 next = at + 1 < length ? PyUnicode_READ(kind, data, at + 1) : 0;
        int next_counts = at + 1 < length && in_run(next);
        if (counts) {
            to[used++] = letter;
            if (next_counts)
                to[used++] = next;
            to[used++] = ' ';
        }
        letter = next;
        counts = next_counts;
    }
    return used ? used - 1 : 0; /* no blank at the end */
}

PyDoc_STRVAR(line_doc, "line(text)\n--\n\n"
                       "Return the pairs of *text*, and the last letter of each run, a blank between them.\n"
                       "Raises TypeError, MemoryError.");

static PyObject *
line(PyObject *module, PyObject *text)
{
    (void)module;
    if (!PyUnicode_Check(text))
        return PyErr_Format(PyExc_TypeError, "a text, not %.100s", Py_TYPE(text)->tp_name);
    Py_ssize_t length = PyUnicode_GET_LENGTH(text);
    if (length > PY_SSIZE_T_MAX / (AT_MOST * (Py_ssize_t)sizeof(Py_UCS4)))
        return PyErr_NoMemory();
    Py_UCS4 *letters = PyMem_Malloc((size_t)length * AT_MOST * sizeof *letters);
    if (!letters)
        return PyErr_NoMemory();
    Py_ssize_t used = cut(PyUnicode_KIND(text), PyUnicode_DATA(text), length, letters);
    PyObject *made = PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, letters, used);
    PyMem_Free(letters);
    return made;
}

static PyMethodDef functions[] = {
    {"line", line, METH_O, line_doc},
    {NULL},
};

static PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "_pairs", .m_size = -1, .m_methods = functions};

PyMODINIT_FUNC
PyInit__pairs(void)
{
    return PyModule_Create(&module);
}
