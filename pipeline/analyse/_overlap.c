/* What a post and an event have in common, and what an event keeps of a post: overlap.py in C. */

#include "arrays.h"
#include <math.h>
#include <stdint.h>

#define OFTEN UINT16_MAX

/* The rows of all events, as the caller's arrays hold them. */
typedef struct {
    Py_buffer terms, times, posts;
    Py_ssize_t rows, width;
} Kept;

static void
let_go(Kept *kept)
{
    PyBuffer_Release(&kept->terms);
    PyBuffer_Release(&kept->times);
    PyBuffer_Release(&kept->posts);
}

/* Read the tuple (terms, times, posts). Whoever called lets go, also after -1. */
static int
read_kept(Kept *kept, PyObject *from, int flags)
{
    if (!PyTuple_Check(from) || PyTuple_GET_SIZE(from) != 3) {
        PyErr_SetString(PyExc_TypeError, "terms, times and posts are wanted");
        return -1;
    }
    if (array(&kept->terms, PyTuple_GET_ITEM(from, 0), 2, 4, flags) < 0 ||
        array(&kept->times, PyTuple_GET_ITEM(from, 1), 2, 2, flags) < 0 ||
        array(&kept->posts, PyTuple_GET_ITEM(from, 2), 1, 4, flags) < 0)
        return -1;
    kept->rows = kept->terms.shape[0], kept->width = kept->terms.shape[1];
    if (kept->times.shape[0] == kept->rows && kept->times.shape[1] == kept->width && kept->posts.shape[0] == kept->rows)
        return 0;
    PyErr_SetString(PyExc_ValueError, "terms, times and posts are of other events");
    return -1;
}

static int
in_range(const Kept *kept, Py_ssize_t slot)
{
    if (slot >= 0 && slot < kept->rows)
        return 1;
    if (!PyErr_Occurred())
        PyErr_SetString(PyExc_IndexError, "no such event");
    return 0;
}

static double
weigh(const uint32_t *terms, const float *weights, Py_ssize_t size, const Kept *kept, Py_ssize_t slot)
{
    const uint32_t *theirs = (uint32_t *)kept->terms.buf + slot * kept->width;
    const uint16_t *times = (uint16_t *)kept->times.buf + slot * kept->width;
    double posts = ((uint32_t *)kept->posts.buf)[slot], sum = 0;
    for (Py_ssize_t at = 0; at < size; at++) {
        uint32_t have = 0;
        for (Py_ssize_t its = 0; its < kept->width; its++)
            have += theirs[its] == terms[at] ? times[its] : 0;
        if (have)
            sum += weights[at] * sqrt(have / posts);
    }
    return sum;
}

PyDoc_STRVAR(shared_doc, "shared(terms, weights, slots, kept)\n--\n\n"
                         "Return the weight of the terms that each event has, too. Raises TypeError, ValueError,\n"
                         "IndexError.");

static PyObject *
shared(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *terms, *weights, *slots, *rows, *sums = NULL;
    if (!PyArg_ParseTuple(args, "OOO!O", &terms, &weights, &PyList_Type, &slots, &rows))
        return NULL;
    Py_buffer ours = {0}, weigh_ours = {0};
    Kept kept = {0};
    if (array(&ours, terms, 1, 4, 0) < 0 || array(&weigh_ours, weights, 1, 4, 0) < 0 || read_kept(&kept, rows, 0) < 0)
        goto end;
    if (ours.shape[0] != weigh_ours.shape[0]) {
        PyErr_SetString(PyExc_ValueError, "each term has a weight");
        goto end;
    }
    sums = PyList_New(PyList_GET_SIZE(slots));
    for (Py_ssize_t at = 0; sums && at < PyList_GET_SIZE(sums); at++) {
        Py_ssize_t slot = PyLong_AsSsize_t(PyList_GET_ITEM(slots, at));
        PyObject *sum = in_range(&kept, slot) ? PyFloat_FromDouble(weigh(ours.buf, weigh_ours.buf, ours.shape[0], &kept, slot)) : NULL;
        if (sum)
            PyList_SET_ITEM(sums, at, sum);
        else
            Py_CLEAR(sums);
    }
end:
    PyBuffer_Release(&ours);
    PyBuffer_Release(&weigh_ours);
    let_go(&kept);
    return sums;
}

PyDoc_STRVAR(begin_doc, "begin(terms, slot, kept)\n--\n\n"
                        "Put a new event of one post where another may have been. Raises TypeError, ValueError,\n"
                        "IndexError.");

static PyObject *
begin(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *terms, *rows, *done = NULL;
    Py_ssize_t slot;
    if (!PyArg_ParseTuple(args, "OnO", &terms, &slot, &rows))
        return NULL;
    Py_buffer ours = {0};
    Kept kept = {0};
    if (array(&ours, terms, 1, 4, 0) < 0 || read_kept(&kept, rows, PyBUF_WRITABLE) < 0 || !in_range(&kept, slot))
        goto end;
    Py_ssize_t size = ours.shape[0];
    if (size > kept.width) {
        PyErr_SetString(PyExc_ValueError, "more terms than an event has");
        goto end;
    }
    uint32_t *theirs = (uint32_t *)kept.terms.buf + slot * kept.width;
    uint16_t *times = (uint16_t *)kept.times.buf + slot * kept.width;
    for (Py_ssize_t its = 0; its < kept.width; its++) {
        theirs[its] = its < size ? ((uint32_t *)ours.buf)[its] : 0;
        times[its] = its < size;
    }
    ((uint32_t *)kept.posts.buf)[slot] = 1;
    done = Py_NewRef(Py_None);
end:
    PyBuffer_Release(&ours);
    let_go(&kept);
    return done;
}

/* Return whether the event has a term, and count that one more of its posts does. */
static int
count_term(uint32_t term, const uint32_t *theirs, uint16_t *times, Py_ssize_t width)
{
    int found = 0;
    for (Py_ssize_t its = 0; its < width; its++)
        if (theirs[its] == term) {
            found = 1;
            times[its] += times[its] < OFTEN;
        }
    return found;
}

static int
take(PyObject *taken, uint32_t term)
{
    PyObject *number = PyLong_FromUnsignedLong(term);
    int failed = number ? PyList_Append(taken, number) : -1;
    Py_XDECREF(number);
    return failed;
}

/* Put the new terms where a place is free, from the last one on. Return -1 without memory. */
static int
take_up(const uint32_t *terms, const char *known, Py_ssize_t size, uint32_t *theirs, uint16_t *times, Py_ssize_t width,
        uint16_t free_at, PyObject *taken)
{
    Py_ssize_t its = width - 1;
    for (Py_ssize_t at = 0; at < size; at++) {
        if (known[at])
            continue;
        while (its >= 0 && times[its] > free_at)
            its--;
        if (its < 0)
            return 0;
        theirs[its] = terms[at], times[its] = 1, its--;
        if (take(taken, terms[at]) < 0)
            return -1;
    }
    return 0;
}

PyDoc_STRVAR(join_doc, "join(terms, slot, kept, settled)\n--\n\n"
                       "Count one more post of the event; return the terms that it took up. Raises TypeError,\n"
                       "ValueError, IndexError.");

static PyObject *
join(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *terms, *rows, *taken = NULL;
    Py_ssize_t slot, settled;
    if (!PyArg_ParseTuple(args, "OnOn", &terms, &slot, &rows, &settled))
        return NULL;
    Py_buffer ours = {0};
    Kept kept = {0};
    char *known = NULL;
    if (array(&ours, terms, 1, 4, 0) < 0 || read_kept(&kept, rows, PyBUF_WRITABLE) < 0 || !in_range(&kept, slot))
        goto end;
    const uint32_t *each = ours.buf;
    Py_ssize_t size = ours.shape[0];
    if (!(known = PyMem_Malloc(size + 1))) {
        PyErr_NoMemory();
        goto end;
    }
    uint32_t *theirs = (uint32_t *)kept.terms.buf + slot * kept.width, *posts = (uint32_t *)kept.posts.buf + slot;
    uint16_t *times = (uint16_t *)kept.times.buf + slot * kept.width;
    for (Py_ssize_t at = 0; at < size; at++)
        known[at] = count_term(each[at], theirs, times, kept.width);
    taken = PyList_New(0);
    if (taken && *posts < settled && take_up(each, known, size, theirs, times, kept.width, *posts > 1, taken) < 0)
        Py_CLEAR(taken);
    if (taken)
        ++*posts;
end:
    PyMem_Free(known);
    PyBuffer_Release(&ours);
    let_go(&kept);
    return taken;
}

static PyMethodDef functions[] = {
    {"shared", shared, METH_VARARGS, shared_doc},
    {"begin", begin, METH_VARARGS, begin_doc},
    {"join", join, METH_VARARGS, join_doc},
    {NULL},
};

static PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "_overlap", .m_size = -1, .m_methods = functions};

PyMODINIT_FUNC
PyInit__overlap(void)
{
    return PyModule_Create(&module);
}
