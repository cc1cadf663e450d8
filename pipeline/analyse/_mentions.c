/* Which events have a term: mentions.Mentions in C. */

#include "../text/module.h"
#include "arrays.h"
#include "shelves.h"

#define WIDTH 8
#define CLOSEST 4
#define TOGETHER 2
#define HEAVIEST 24
#define COUNTS (1 << 18)
#define SLOT 14 /* bits of a term that do not choose its count */
#define MOST (1 << 30)
#define TERMS 1024 /* of an event, at most */
#define FIRST_ROOM 1024

/* What an event that is not settled has brought; the newest event of a term lies in a table by term besides. */
typedef struct {
    uint32_t term, event;
} Brought;

typedef struct {
    Brought of;
    uint32_t block; /* an entry of an earlier one is none */
} New;

/* How much one post shares with an event. */
typedef struct {
    double sum;
    uint32_t event, post; /* an entry of another post is none */
} Share;

typedef struct {
    PyObject_HEAD
    uint32_t most, terms;
    Shelves shelves;
    uint32_t *counts; /* of events, by term */
    Py_buffer rarer;
    Brought *brought;
    New *new;
    size_t count, room; /* of what was brought; the table of the new is twice as large */
    uint32_t block, post;
    Share *shares;
    uint32_t share_mask, *met; /* where the shares of this post lie */
} Mentions;

static inline uint32_t
spread(uint32_t number)
{
    return (uint32_t)(number * UINT64_C(0x9E3779B97F4A7C15) >> 32);
}

/* Return where a term lies among the new, or where it would. */
static inline New *
place_of(const Mentions *self, uint32_t term)
{
    size_t mask = 2 * self->room - 1, at = spread(term) & mask;
    while (self->new[at].block == self->block && self->new[at].of.term != term)
        at = (at + 1) & mask;
    return &self->new[at];
}

static inline void
note(Mentions *self, Brought one)
{
    *place_of(self, one.term) = (New){one, self->block};
}

/* Make room for so much more. Return -1 without memory, and then nothing is changed. */
static int
make_room(Mentions *self, size_t more)
{
    size_t room = self->room;
    while (room < self->count + more)
        room *= 2;
    if (room == self->room)
        return 0;
    Brought *brought = PyMem_Realloc(self->brought, room * sizeof *brought);
    self->brought = brought ? brought : self->brought;
    New *new = brought ? PyMem_Calloc(2 * room, sizeof *new) : NULL;
    if (!new) {
        PyErr_NoMemory();
        return -1;
    }
    PyMem_Free(self->new);
    self->new = new, self->room = room;
    for (size_t at = 0; at < self->count; at++)
        note(self, self->brought[at]);
    return 0;
}

static inline void
fetch(const Mentions *self, const uint32_t *terms, const float *weights, Py_ssize_t size)
{
    for (Py_ssize_t at = 0; at < size && weights[at]; at++) {
        shelves_fetch(&self->shelves, terms[at]);
        __builtin_prefetch(&self->counts[terms[at] >> SLOT]);
    }
}

/* Count that the post shares a term of that weight with an event; return how many events there are. */
static inline uint32_t
share(Mentions *self, uint32_t met, uint32_t event, double weight)
{
    uint32_t at = spread(event) & self->share_mask;
    while (self->shares[at].post == self->post && self->shares[at].event != event)
        at = (at + 1) & self->share_mask;
    Share *one = &self->shares[at];
    if (one->post == self->post) {
        one->sum += weight;
        return met;
    }
    *one = (Share){weight, event, self->post};
    self->met[met] = at;
    return met + 1;
}

static inline int
closer(const Share *one, const Share *other)
{
    return one->sum > other->sum || (one->sum == other->sum && one->event < other->event);
}

/* Return the events that share most, of those that were met, as a list. */
static PyObject *
closest(const Mentions *self, uint32_t met, double enough)
{
    const Share *first[CLOSEST];
    int count = 0;
    for (uint32_t at = 0; at < met; at++) {
        const Share *one = &self->shares[self->met[at]];
        if (!(one->sum >= enough) || (count == CLOSEST && !closer(one, first[count - 1])))
            continue;
        int place = count < CLOSEST ? count++ : CLOSEST - 1;
        for (; place && closer(one, first[place - 1]); place--)
            first[place] = first[place - 1];
        first[place] = one;
    }
    PyObject *events = PyList_New(count);
    for (int place = 0; events && place < count; place++) {
        PyObject *event = PyLong_FromUnsignedLong(first[place]->event);
        if (event)
            PyList_SET_ITEM(events, place, event);
        else
            Py_CLEAR(events);
    }
    return events;
}

/* Weigh the terms of a post, and find the events that it may tell of. */
static PyObject *
meet(Mentions *self, const uint32_t *terms, float *weights, Py_ssize_t size, double enough)
{
    const float *rarer = self->rarer.buf;
    uint32_t last = (uint32_t)(self->rarer.shape[0] - 1), met = 0, event;
    if (++self->post == 0) { /* after four billion posts: start again with nothing shared */
        memset(self->shares, 0, (self->share_mask + 1) * sizeof *self->shares);
        self->post = 1;
    }
    for (Py_ssize_t at = 0; at < size; at++) {
        uint32_t often = self->counts[terms[at] >> SLOT];
        if (!weights[at])
            continue;
        weights[at] /= rarer[Py_MIN(often, last)];
        Shelf shelf = shelves_at(&self->shelves, terms[at]);
        for (uint32_t place = 0; place < WIDTH; place++)
            if (shelves_holds(&self->shelves, &shelf, place, &event))
                met = share(self, met, event, weights[at]);
    }
    return closest(self, met, enough);
}

PyDoc_STRVAR(likely_doc,
             "likely(terms, weights, enough)\n--\n\n"
             "Return for each post, a row of terms, the settled events that share most with it, if that may be enough.\n"
             "What many events have weighs less from then on. Raises TypeError, ValueError.");

static PyObject *
Mentions_likely(Mentions *self, PyObject *args)
{
    PyObject *given, *weighed, *found = NULL;
    double enough;
    Py_buffer terms, weights;
    if (!PyArg_ParseTuple(args, "OOd", &given, &weighed, &enough) || array(&terms, given, 2, sizeof(uint32_t), 0) < 0)
        return NULL;
    if (array(&weights, weighed, 2, sizeof(float), PyBUF_WRITABLE) < 0) {
        PyBuffer_Release(&terms);
        return NULL;
    }
    Py_ssize_t rows = terms.shape[0], size = terms.shape[1];
    if (weights.shape[0] != rows || weights.shape[1] != size || size > self->terms)
        PyErr_SetString(PyExc_ValueError, "each term has a weight, and no post has more than an event");
    else
        found = PyList_New(rows);
    const uint32_t *codes = terms.buf;
    float *heavy = weights.buf;
    for (Py_ssize_t row = 0; found && row < rows; row++, codes += size, heavy += size) {
        if (row + 1 < rows)
            fetch(self, codes + size, heavy + size, size);
        PyObject *events = meet(self, codes, heavy, size, enough);
        if (events)
            PyList_SET_ITEM(found, row, events);
        else
            Py_CLEAR(found);
    }
    PyBuffer_Release(&terms);
    PyBuffer_Release(&weights);
    return found;
}

static int
ascending(const void *one, const void *other)
{
    uint32_t first = *(const uint32_t *)one, second = *(const uint32_t *)other;
    return (first > second) - (first < second);
}

PyDoc_STRVAR(new_doc, "new(terms)\n--\n\n"
                      "Return the events that are not settled and share enough with a post of these terms, in their\n"
                      "order. Raises TypeError, ValueError.");

static PyObject *
Mentions_new(Mentions *self, PyObject *given)
{
    Py_buffer terms;
    if (array(&terms, given, 1, sizeof(uint32_t), 0) < 0)
        return NULL;
    uint32_t events[HEAVIEST], count = 0;
    for (Py_ssize_t at = 0; at < Py_MIN(terms.shape[0], HEAVIEST); at++) {
        const New *one = place_of(self, ((const uint32_t *)terms.buf)[at]);
        if (one->block == self->block)
            events[count++] = one->of.event;
    }
    PyBuffer_Release(&terms);
    qsort(events, count, sizeof *events, ascending);
    PyObject *found = PyList_New(0);
    for (uint32_t at = 0, next; found && at < count; at = next) {
        for (next = at + 1; next < count && events[next] == events[at];)
            next++;
        PyObject *event = next - at >= TOGETHER ? PyLong_FromUnsignedLong(events[at]) : NULL;
        if (next - at >= TOGETHER && (!event || PyList_Append(found, event) < 0))
            Py_CLEAR(found);
        Py_XDECREF(event);
    }
    return found;
}

PyDoc_STRVAR(bring_doc, "bring(event, terms)\n--\n\n"
                        "Tell of terms that an event has got. Raises TypeError, ValueError, IndexError.");

static PyObject *
Mentions_bring(Mentions *self, PyObject *args)
{
    Py_ssize_t event;
    PyObject *given;
    Py_buffer terms;
    if (!PyArg_ParseTuple(args, "nO", &event, &given) || array(&terms, given, 1, sizeof(uint32_t), 0) < 0)
        return NULL;
    int failed = event < 0 || event >= (Py_ssize_t)self->most;
    if (failed)
        PyErr_SetString(PyExc_IndexError, "no such event");
    else
        failed = make_room(self, (size_t)terms.shape[0]) < 0;
    for (Py_ssize_t at = 0; !failed && at < terms.shape[0]; at++) {
        Brought one = {((const uint32_t *)terms.buf)[at], (uint32_t)event};
        self->brought[self->count++] = one;
        note(self, one);
    }
    PyBuffer_Release(&terms);
    if (failed)
        return NULL;
    Py_RETURN_NONE;
}

PyDoc_STRVAR(settle_doc, "settle()\n--\n\nPut on the shelves what was brought, and count it.");

static PyObject *
Mentions_settle(Mentions *self, PyObject *Py_UNUSED(none))
{
    enum { AHEAD = 16 };
    for (size_t at = 0; at < self->count; at++) {
        if (at + AHEAD < self->count)
            shelves_fetch_to_put(&self->shelves, self->brought[at + AHEAD].term);
        shelves_put(&self->shelves, self->brought[at].term, self->brought[at].event);
        self->counts[self->brought[at].term >> SLOT]++;
    }
    self->count = 0;
    if (++self->block == 0) { /* after four billion blocks: start again with nothing new */
        memset(self->new, 0, 2 * self->room * sizeof *self->new);
        self->block = 1;
    }
    Py_RETURN_NONE;
}

static void
Mentions_dealloc(Mentions *self)
{
    shelves_close(&self->shelves);
    PyMem_RawFree(self->counts);
    PyMem_Free(self->brought);
    PyMem_Free(self->new);
    PyMem_Free(self->shares);
    PyMem_Free(self->met);
    PyBuffer_Release(&self->rarer);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static int
Mentions_fill(Mentions *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"most", "terms", "rarer", NULL};
    Py_ssize_t most, terms;
    PyObject *rarer;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "nnO", names, &most, &terms, &rarer) ||
        array(&self->rarer, rarer, 1, sizeof(float), 0) < 0)
        return -1;
    if (most < 1 || most > MOST || terms < 1 || terms > TERMS || self->rarer.shape[0] < 1) {
        PyErr_SetString(PyExc_ValueError, "one event or more, of a term or more, and what it is divided by");
        return -1;
    }
    size_t shares = 16;
    while (shares < 2 * (size_t)terms * WIDTH)
        shares *= 2;
    self->most = (uint32_t)most, self->terms = (uint32_t)terms, self->share_mask = (uint32_t)(shares - 1);
    self->room = FIRST_ROOM, self->block = 1;
    int opened = shelves_open(&self->shelves, (uint64_t)most * (uint64_t)terms, (uint32_t)most, WIDTH);
    self->counts = shelves_zeros(COUNTS, sizeof *self->counts);
    self->brought = PyMem_Malloc(self->room * sizeof *self->brought);
    self->new = PyMem_Calloc(2 * self->room, sizeof *self->new);
    self->shares = PyMem_Calloc(shares, sizeof *self->shares);
    self->met = PyMem_Malloc((size_t)terms * WIDTH * sizeof *self->met);
    if (opened == 0 && self->counts && self->brought && self->new && self->shares && self->met)
        return 0;
    PyErr_NoMemory();
    return -1;
}

static PyObject *
Mentions_make(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    return made_whole(type, args, kwargs, (initproc)Mentions_fill);
}

static PyMethodDef methods[] = {
    {"likely", (PyCFunction)Mentions_likely, METH_VARARGS, likely_doc},
    {"new", (PyCFunction)Mentions_new, METH_O, new_doc},
    {"bring", (PyCFunction)Mentions_bring, METH_VARARGS, bring_doc},
    {"settle", (PyCFunction)Mentions_settle, METH_NOARGS, settle_doc},
    {NULL},
};

static PyTypeObject type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "pipeline.analyse._mentions.Mentions",
    .tp_basicsize = sizeof(Mentions),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_doc = PyDoc_STR("Events by the terms that they have. Raises TypeError, ValueError."),
    .tp_new = Mentions_make,
    .tp_dealloc = (destructor)Mentions_dealloc,
    .tp_methods = methods,
};

static PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "_mentions", .m_size = -1};

PyMODINIT_FUNC
PyInit__mentions(void)
{
    return module_with(&module, &type, "Mentions");
}
