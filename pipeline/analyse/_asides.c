/* The clauses of a text, and those in which something is said aside: asides.Plain in C, in one pass. */

#include "../text/automaton.h"
#include "../text/module.h"
#include "arrays.h"

/* What a letter may do; most do nothing, unless a word has begun before them. */
enum { ENDS_CLAUSE = 1, THANKS = 2, BEGINS_WORD = 4 };

typedef struct {
    PyObject_HEAD
    Automaton *automaton;
    Py_UCS4 *not_behind; /* by word: behind which letter it is none; 0 if behind every */
    Py_UCS4 thanks;
    Py_ssize_t bare;
    PyObject *ends, *edges;
    uint8_t may[FIRST_PLANE]; /* by letter */
} Asides;

static PyTypeObject *automaton_type;

static void
Asides_dealloc(Asides *self)
{
    PyMem_Free(self->not_behind);
    Py_CLEAR(self->automaton);
    Py_CLEAR(self->ends);
    Py_CLEAR(self->edges);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static int
read_not_behind(Asides *self, PyObject *letters)
{
    for (Py_ssize_t at = 0; at < self->automaton->words; at++) {
        PyObject *letter = at < PyTuple_GET_SIZE(letters) ? PyTuple_GET_ITEM(letters, at) : NULL;
        if (!letter || !PyUnicode_Check(letter) || PyUnicode_GET_LENGTH(letter) > 1) {
            PyErr_SetString(PyExc_ValueError, "every word has a letter behind which it is none, or nothing");
            return -1;
        }
        self->not_behind[at] = PyUnicode_GET_LENGTH(letter) ? PyUnicode_READ_CHAR(letter, 0) : 0;
    }
    return 0;
}

static int
is_one_of(PyObject *letters, Py_UCS4 letter)
{
    return PyUnicode_FindChar(letters, letter, 0, PyUnicode_GET_LENGTH(letters), 1) >= 0;
}

static uint8_t
looked_up(const Asides *self, Py_UCS4 letter)
{
    return (Py_UNICODE_ISSPACE(letter) || is_one_of(self->ends, letter) ? ENDS_CLAUSE : 0) |
           (letter == self->thanks ? THANKS : 0) | (automaton_step(self->automaton, 0, letter) ? BEGINS_WORD : 0);
}

static uint8_t
letter_may(const Asides *self, Py_UCS4 letter)
{
    return letter < FIRST_PLANE ? self->may[letter] : looked_up(self, letter);
}

static int
Asides_fill(Asides *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"automaton", "not_behind", "thanks", "bare", "ends", "edges", NULL};
    PyObject *automaton, *not_behind, *ends, *edges;
    int thanks;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!O!CnUU", names, automaton_type, &automaton, &PyTuple_Type,
                                     &not_behind, &thanks, &self->bare, &ends, &edges))
        return -1;
    self->thanks = (Py_UCS4)thanks;
    self->automaton = (Automaton *)Py_NewRef(automaton);
    self->ends = Py_NewRef(ends);
    self->edges = Py_NewRef(edges);
    if (!(self->not_behind = PyMem_Calloc(self->automaton->words + 1, sizeof *self->not_behind))) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_UCS4 letter = 0; letter < FIRST_PLANE; letter++)
        self->may[letter] = looked_up(self, letter);
    return read_not_behind(self, not_behind);
}

static PyObject *
Asides_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    return made_whole(type, args, kwargs, (initproc)Asides_fill);
}

/* Whether a word that is said aside ends where a state is. */
static int
is_aside(const Asides *self, uint32_t state, PyObject *normal, Py_ssize_t end)
{
    const Automaton *automaton = self->automaton;
    for (uint32_t ended = automaton_ending(automaton, state); ended; ended = automaton->states[ended].shorter) {
        uint32_t number = automaton->states[ended].word;
        Py_ssize_t start = end - (Py_ssize_t)automaton->lengths[number];
        if (!self->not_behind[number] || !start || PyUnicode_READ_CHAR(normal, start - 1) != self->not_behind[number])
            return 1;
    }
    return 0;
}

/* Whether a clause is short, what stands at its beginning aside. */
static int
is_bare(const Asides *self, PyObject *normal, Py_ssize_t begun, Py_ssize_t end)
{
    while (begun < end && is_one_of(self->edges, PyUnicode_READ_CHAR(normal, begun)))
        begun++;
    return end - begun <= self->bare;
}

/* Return how many offsets lie before a place. */
static Py_ssize_t
before(const Py_buffer *offsets, Py_ssize_t place)
{
    const int64_t *each = offsets->buf;
    Py_ssize_t first = 0, last = offsets->shape[0];
    while (first < last) {
        Py_ssize_t middle = first + (last - first) / 2;
        if (each[middle] < place)
            first = middle + 1;
        else
            last = middle;
    }
    return first;
}

static int
append_span(PyObject *spans, Py_ssize_t first, Py_ssize_t last)
{
    PyObject *span = Py_BuildValue("nn", first, last);
    int failed = span ? PyList_Append(spans, span) : -1;
    Py_XDECREF(span);
    return failed;
}

/* Append where a clause stands in the squeezed text. The offsets are asked for by the first one: few texts have any. */
static int
append(PyObject *clauses, PyObject *places, Py_buffer *offsets, Py_ssize_t begun, Py_ssize_t end)
{
    if (!offsets->obj && array(offsets, places, 1, sizeof(int64_t), 0) < 0)
        return -1;
    return append_span(clauses, before(offsets, begun), before(offsets, end));
}

/* Return the next place where a letter may do anything. Letters of another size than nearly all are not passed over. */
static Py_ssize_t
passed_over(const Asides *self, int kind, const void *data, Py_ssize_t at, Py_ssize_t length)
{
    if (kind == PyUnicode_2BYTE_KIND)
        while (at < length && !self->may[((const Py_UCS2 *)data)[at]])
            at++;
    return at;
}

PyDoc_STRVAR(clauses_doc, "clauses(normal, offsets)\n--\n\n"
                          "Return where clauses with something said aside stand in the squeezed text.\n"
                          "Raises TypeError, ValueError.");

static PyObject *
Asides_clauses(Asides *self, PyObject *const *args, Py_ssize_t count)
{
    if (count != 2 || !PyUnicode_Check(args[0])) {
        PyErr_SetString(PyExc_TypeError, "clauses() takes a text and its offsets");
        return NULL;
    }
    PyObject *normal = args[0], *clauses = PyList_New(0);
    Py_buffer offsets = {.obj = NULL};
    int kind = PyUnicode_KIND(normal), spoken = 0, thanked = 0, failed = !clauses;
    const void *data = PyUnicode_DATA(normal);
    Py_ssize_t length = PyUnicode_GET_LENGTH(normal), begun = 0, ended = -1;
    uint32_t state = 0;
    for (Py_ssize_t at = 0; !failed && at <= length; at++) {
        if (!state)
            at = passed_over(self, kind, data, at, length);
        Py_UCS4 letter = at < length ? PyUnicode_READ(kind, data, at) : '\n';
        uint8_t may = letter_may(self, letter);
        if (may & ENDS_CLAUSE) {
            if (spoken || (thanked && is_bare(self, normal, begun, at)))
                failed = append(clauses, args[1], &offsets, begun, at) < 0;
            if (ended < at - 1)
                begun = at;
            ended = at, spoken = thanked = 0, state = 0;
            continue;
        }
        thanked |= may & THANKS;
        state = spoken ? 0 : automaton_next(self->automaton, state, letter);
        spoken = spoken || is_aside(self, state, normal, at + 1);
    }
    PyBuffer_Release(&offsets);
    if (failed)
        Py_CLEAR(clauses);
    return clauses;
}

PyDoc_STRVAR(parted_doc, "parted(normal, offsets)\n--\n\n"
                         "Return where all clauses stand in the squeezed text, without what parts them.\n"
                         "Raises TypeError, ValueError.");

static PyObject *
Asides_parted(Asides *self, PyObject *const *args, Py_ssize_t count)
{
    Py_buffer offsets;
    if (count != 2 || !PyUnicode_Check(args[0])) {
        PyErr_SetString(PyExc_TypeError, "parted() takes a text and its offsets");
        return NULL;
    }
    if (array(&offsets, args[1], 1, sizeof(int64_t), 0) < 0)
        return NULL;
    const int64_t *each = offsets.buf;
    PyObject *clauses = PyList_New(0);
    Py_ssize_t length = PyUnicode_GET_LENGTH(args[0]), first = 0, kept = 0; /* offsets before a place */
    int within = 1, failed = !clauses;
    for (Py_ssize_t at = 0; !failed && at <= length; at++) {
        while (kept < offsets.shape[0] && each[kept] < at)
            kept++;
        int goes_on = at < length && !(letter_may(self, PyUnicode_READ_CHAR(args[0], at)) & ENDS_CLAUSE);
        if (goes_on && !within)
            first = kept;
        if (!goes_on && within && first < kept)
            failed = append_span(clauses, first, kept) < 0;
        within = goes_on;
    }
    PyBuffer_Release(&offsets);
    if (failed)
        Py_CLEAR(clauses);
    return clauses;
}

static PyMethodDef methods[] = {
    {"parted", (PyCFunction)(void (*)(void))Asides_parted, METH_FASTCALL, parted_doc},
    {"clauses", (PyCFunction)(void (*)(void))Asides_clauses, METH_FASTCALL, clauses_doc},
    {NULL},
};

static PyTypeObject type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "pipeline.analyse._asides.Asides",
    .tp_basicsize = sizeof(Asides),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_doc = PyDoc_STR("Finds clauses, and those with something said aside. Raises TypeError, ValueError."),
    .tp_new = Asides_new,
    .tp_dealloc = (destructor)Asides_dealloc,
    .tp_methods = methods,
};

static PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "_asides", .m_size = -1};

PyMODINIT_FUNC
PyInit__asides(void)
{
    automaton_type = automaton_imported();
    return automaton_type ? module_with(&module, &type, "Asides") : NULL;
}
