/* The memory of single posts: remembered.Remembered in C. Each column is a flat array by place. */

#include "../text/module.h"
#include "shelves.h"
#include "xxh3.h"

#define WIDTH 8
#define MOST (1 << 30)
#define SLOTS 1024 /* for the hashes of a batch that needs no room of its own */

enum { AT, CLUSTER, KIND, LIKENESS, FOREMOST, FIELDS };

typedef struct {
    PyObject_HEAD
    uint32_t most;
    uint64_t kept;
    Shelves by_id, by_key;
    uint64_t *ids, *keys;
    double *at;
    int64_t *clusters;
    float *likeness;
    uint8_t *kinds;
} Remembered;

/* Return the highest place under a hash, -1 if there is none. */
static int64_t
find(const Remembered *self, const Shelves *shelves, const uint64_t *kept, uint64_t hash)
{
    Shelf shelf = shelves_at(shelves, hash);
    int64_t highest = -1;
    uint32_t number;
    for (uint32_t place = 0; place < WIDTH; place++)
        if (shelves_holds(shelves, &shelf, place, &number) && number < self->most && number > highest &&
            kept[number] == hash)
            highest = number;
    return highest;
}

/* Find each of the hashes of a batch; return a list of their places, and mark those that are found. */
static PyObject *
find_all(const Remembered *self, const Shelves *shelves, const uint64_t *kept, const Py_buffer *hashes, char *doubtful)
{
    Py_ssize_t count = hashes->len / 8;
    const uint64_t *each = hashes->buf;
    PyObject *places = PyList_New(count);
    for (Py_ssize_t at = 0; at < count; at++)
        shelves_fetch(shelves, each[at]);
    for (Py_ssize_t at = 0; places && at < count; at++) {
        int64_t place = find(self, shelves, kept, each[at]);
        PyObject *number = PyLong_FromLongLong(place);
        doubtful[at] |= place >= 0;
        if (number)
            PyList_SET_ITEM(places, at, number);
        else
            Py_CLEAR(places);
    }
    return places;
}

/* Mark all that another of the batch has, too. Return -1 without memory. */
static int
mark_repeated(const Py_buffer *hashes, char *doubtful)
{
    Py_ssize_t count = hashes->len / 8;
    const uint64_t *each = hashes->buf;
    Py_ssize_t here[SLOTS], *slots = here; /* which hash is there, and one more than nothing */
    uint64_t size = 16;
    while (size < 2 * (uint64_t)count)
        size *= 2;
    if (size > SLOTS && !(slots = PyMem_Malloc(size * sizeof *slots)))
        return -1;
    memset(slots, 0, size * sizeof *slots);
    for (Py_ssize_t at = 0; at < count; at++) {
        uint64_t slot = each[at] & (size - 1);
        while (slots[slot] && each[slots[slot] - 1] != each[at])
            slot = (slot + 1) & (size - 1);
        if (slots[slot])
            doubtful[at] = doubtful[slots[slot] - 1] = 1;
        else
            slots[slot] = at + 1;
    }
    if (slots != here)
        PyMem_Free(slots);
    return 0;
}

static int
hashes_of(Py_buffer *buffer, PyObject *from, int flags)
{
    if (PyObject_GetBuffer(from, buffer, PyBUF_C_CONTIGUOUS | flags) < 0)
        return -1;
    if (buffer->itemsize == 8)
        return 0;
    PyErr_SetString(PyExc_ValueError, "a hash has 64 bits");
    return -1;
}

static PyObject *
marked(const char *doubtful, Py_ssize_t count)
{
    PyObject *rows = PyList_New(0);
    for (Py_ssize_t row = 0; rows && row < count; row++) {
        if (!doubtful[row])
            continue;
        PyObject *number = PyLong_FromSsize_t(row);
        if (!number || PyList_Append(rows, number) < 0)
            Py_CLEAR(rows);
        Py_XDECREF(number);
    }
    return rows;
}

PyDoc_STRVAR(look_up_doc,
             "look_up(ids, keys)\n--\n\n"
             "Return the place of each post of a batch by its id, that of the foremost with the same words, -1 where\n"
             "there is none; and which posts have any, or share id or words with another of the batch.\n"
             "Raises TypeError, ValueError.");

static PyObject *
Remembered_look_up(Remembered *self, PyObject *args)
{
    PyObject *given_ids, *given_keys, *known = NULL, *copied = NULL, *rows = NULL;
    Py_buffer ids = {0}, keys = {0};
    char *doubtful = NULL;
    if (!PyArg_ParseTuple(args, "OO", &given_ids, &given_keys))
        return NULL;
    if (hashes_of(&ids, given_ids, 0) < 0 || hashes_of(&keys, given_keys, 0) < 0)
        goto done;
    if (ids.len != keys.len) {
        PyErr_SetString(PyExc_ValueError, "as many ids as keys");
        goto done;
    }
    doubtful = PyMem_Calloc(ids.len / 8 + 1, 1);
    if (!doubtful || mark_repeated(&ids, doubtful) < 0 || mark_repeated(&keys, doubtful) < 0) {
        PyErr_NoMemory();
        goto done;
    }
    known = find_all(self, &self->by_id, self->ids, &ids, doubtful);
    copied = known ? find_all(self, &self->by_key, self->keys, &keys, doubtful) : NULL;
    rows = copied ? marked(doubtful, ids.len / 8) : NULL;
done:
    PyMem_Free(doubtful);
    PyBuffer_Release(&ids);
    PyBuffer_Release(&keys);
    if (rows)
        return Py_BuildValue("NNN", known, copied, rows);
    Py_XDECREF(known);
    Py_XDECREF(copied);
    return NULL;
}

PyDoc_STRVAR(by_id_doc,
             "by_id(id)\n--\n\nReturn the place of a post, -1 if it is not known. Raises TypeError, OverflowError.");

static PyObject *
Remembered_by_id(Remembered *self, PyObject *given)
{
    uint64_t id = PyLong_AsUnsignedLongLong(given);
    if (PyErr_Occurred())
        return NULL;
    return PyLong_FromLongLong(find(self, &self->by_id, self->ids, id));
}

PyDoc_STRVAR(row_doc,
             "row(place)\n--\n\nReturn the row of the post that is kept there. Raises TypeError, IndexError.");

static PyObject *
Remembered_row(Remembered *self, PyObject *given)
{
    Py_ssize_t at = PyLong_AsSsize_t(given);
    if (at == -1 && PyErr_Occurred())
        return NULL;
    if (at < 0 || at >= (Py_ssize_t)self->most) {
        PyErr_SetString(PyExc_IndexError, "there is no such place");
        return NULL;
    }
    return Py_BuildValue("dLid", self->at[at], (long long)self->clusters[at], (int)self->kinds[at],
                         (double)self->likeness[at]);
}

PyDoc_STRVAR(replaced_doc,
             "replaced(place, more)\n--\n\n"
             "Say whether the post at a place is forgotten once more are kept. Raises TypeError, IndexError.");

static PyObject *
Remembered_replaced(Remembered *self, PyObject *args)
{
    Py_ssize_t place, more;
    if (!PyArg_ParseTuple(args, "nn", &place, &more))
        return NULL;
    if (place < 0 || place >= (Py_ssize_t)self->most) {
        PyErr_SetString(PyExc_IndexError, "there is no such place");
        return NULL;
    }
    Py_ssize_t since = (Py_ssize_t)((place + self->most - self->kept % self->most) % self->most);
    return PyBool_FromLong(since < more);
}

/* These read true numbers only: what merely turns into one could change the lists meanwhile. */

static int64_t
whole(PyObject *number)
{
    if (PyLong_Check(number))
        return PyLong_AsLongLong(number);
    PyErr_SetString(PyExc_TypeError, "a whole number is needed");
    return -1;
}

static double
real(PyObject *number)
{
    if (PyFloat_Check(number))
        return PyFloat_AS_DOUBLE(number);
    if (PyLong_Check(number))
        return PyLong_AsDouble(number);
    PyErr_SetString(PyExc_TypeError, "a number is needed");
    return -1;
}

/* Keep one post; return -1 with an error, and then nothing is changed. */
static int
keep(Remembered *self, uint64_t id, uint64_t key, PyObject *const *fields, Py_ssize_t row)
{
    int64_t cluster = whole(PyList_GET_ITEM(fields[CLUSTER], row)), kind = whole(PyList_GET_ITEM(fields[KIND], row));
    double at = real(PyList_GET_ITEM(fields[AT], row)), likeness = real(PyList_GET_ITEM(fields[LIKENESS], row));
    PyObject *foremost = PyList_GET_ITEM(fields[FOREMOST], row);
    if (!PyBool_Check(foremost))
        PyErr_SetString(PyExc_TypeError, "foremost is true or false");
    if (PyErr_Occurred())
        return -1;
    if (kind < 0 || kind > UINT8_MAX) {
        PyErr_SetString(PyExc_OverflowError, "there are no so many kinds");
        return -1;
    }
    if (cluster < 0)
        return 0;
    uint32_t place = (uint32_t)(self->kept++ % self->most);
    self->ids[place] = id, self->keys[place] = key, self->at[place] = at, self->clusters[place] = cluster;
    self->kinds[place] = (uint8_t)kind, self->likeness[place] = (float)likeness;
    shelves_put(&self->by_id, id, place);
    if (foremost == Py_True)
        shelves_put(&self->by_key, key, place);
    return 0;
}

PyDoc_STRVAR(keep_doc,
             "keep(ids, keys, at, clusters, kinds, likeness, foremost)\n--\n\n"
             "Remember posts, one after the other; those with a cluster below 0 are left out.\n"
             "Raises TypeError, ValueError, IndexError, OverflowError.");

static PyObject *
Remembered_keep(Remembered *self, PyObject *args)
{
    PyObject *given_ids, *given_keys, *fields[FIELDS];
    Py_buffer ids = {0}, keys = {0};
    int failed = 1;
    if (!PyArg_ParseTuple(args, "OOO!O!O!O!O!", &given_ids, &given_keys, &PyList_Type, &fields[AT], &PyList_Type,
                          &fields[CLUSTER], &PyList_Type, &fields[KIND], &PyList_Type, &fields[LIKENESS],
                          &PyList_Type, &fields[FOREMOST]))
        return NULL;
    if (hashes_of(&ids, given_ids, 0) < 0 || hashes_of(&keys, given_keys, 0) < 0)
        goto done;
    Py_ssize_t rows = ids.len / 8;
    failed = keys.len != ids.len;
    for (int field = 0; field < FIELDS; field++)
        failed |= PyList_GET_SIZE(fields[field]) != rows;
    if (failed)
        PyErr_SetString(PyExc_ValueError, "one of each for each post");
    for (Py_ssize_t row = 0; !failed && row < rows; row++)
        failed = keep(self, ((uint64_t *)ids.buf)[row], ((uint64_t *)keys.buf)[row], fields, row) < 0;
done:
    PyBuffer_Release(&ids);
    PyBuffer_Release(&keys);
    if (failed)
        return NULL;
    Py_RETURN_NONE;
}

static void
Remembered_dealloc(Remembered *self)
{
    shelves_close(&self->by_id);
    shelves_close(&self->by_key);
    PyMem_RawFree(self->ids);
    PyMem_RawFree(self->keys);
    PyMem_RawFree(self->at);
    PyMem_RawFree(self->clusters);
    PyMem_RawFree(self->likeness);
    PyMem_RawFree(self->kinds);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static int
Remembered_fill(Remembered *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"most", NULL};
    Py_ssize_t most;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "n", names, &most))
        return -1;
    if (most < 1 || most > MOST) {
        PyErr_SetString(PyExc_ValueError, "one post or more is remembered");
        return -1;
    }
    self->most = (uint32_t)most;
    uint64_t places = (uint64_t)most * 3 / 2;
    int opened = shelves_open(&self->by_id, places, (uint32_t)most, WIDTH) |
                 shelves_open(&self->by_key, places, (uint32_t)most, WIDTH);
    self->ids = shelves_zeros(most, sizeof *self->ids);
    self->keys = shelves_zeros(most, sizeof *self->keys);
    self->at = shelves_zeros(most, sizeof *self->at);
    self->clusters = shelves_zeros(most, sizeof *self->clusters);
    self->likeness = shelves_zeros(most, sizeof *self->likeness);
    self->kinds = shelves_zeros(most, sizeof *self->kinds);
    if (opened == 0 && self->ids && self->keys && self->at && self->clusters && self->likeness && self->kinds)
        return 0;
    PyErr_NoMemory();
    return -1;
}

static PyObject *
Remembered_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    return made_whole(type, args, kwargs, (initproc)Remembered_fill);
}

static PyMethodDef methods[] = {
    {"look_up", (PyCFunction)Remembered_look_up, METH_VARARGS, look_up_doc},
    {"by_id", (PyCFunction)Remembered_by_id, METH_O, by_id_doc},
    {"row", (PyCFunction)Remembered_row, METH_O, row_doc},
    {"replaced", (PyCFunction)Remembered_replaced, METH_VARARGS, replaced_doc},
    {"keep", (PyCFunction)Remembered_keep, METH_VARARGS, keep_doc},
    {NULL},
};

static PyTypeObject type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "pipeline.analyse._remembered.Remembered",
    .tp_basicsize = sizeof(Remembered),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_doc = PyDoc_STR("The posts that were kept last. Raises TypeError, ValueError."),
    .tp_new = Remembered_new,
    .tp_dealloc = (destructor)Remembered_dealloc,
    .tp_methods = methods,
};

PyDoc_STRVAR(hash_all_doc,
             "hash_all(texts, hashes)\n--\n\nPut the hash of each text in its place. Raises TypeError, ValueError.");

static PyObject *
hash_all(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *texts, *given;
    Py_buffer hashes = {0};
    if (!PyArg_ParseTuple(args, "O!O", &PyList_Type, &texts, &given) || hashes_of(&hashes, given, PyBUF_WRITABLE) < 0) {
        PyBuffer_Release(&hashes);
        return NULL;
    }
    if (hashes.len / 8 != PyList_GET_SIZE(texts))
        PyErr_SetString(PyExc_ValueError, "one hash for each text");
    for (Py_ssize_t at = 0; !PyErr_Occurred() && at < PyList_GET_SIZE(texts); at++) {
        PyObject *text = PyList_GET_ITEM(texts, at), *bytes;
        uint64_t *hash = (uint64_t *)hashes.buf + at;
        if (!PyUnicode_Check(text))
            PyErr_SetString(PyExc_TypeError, "hash_all() takes texts");
        else if (PyUnicode_IS_ASCII(text))
            *hash = xxh3(PyUnicode_1BYTE_DATA(text), PyUnicode_GET_LENGTH(text));
        else if ((bytes = PyUnicode_AsEncodedString(text, "utf-8", "surrogatepass"))) {
            *hash = xxh3(PyBytes_AS_STRING(bytes), PyBytes_GET_SIZE(bytes));
            Py_DECREF(bytes);
        }
    }
    PyBuffer_Release(&hashes);
    if (PyErr_Occurred())
        return NULL;
    Py_RETURN_NONE;
}

static PyMethodDef functions[] = {
    {"hash_all", hash_all, METH_VARARGS, hash_all_doc},
    {NULL},
};

static PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "_remembered", .m_size = -1, .m_methods = functions};

PyMODINIT_FUNC
PyInit__remembered(void)
{
    return module_with(&module, &type, "Remembered");
}
