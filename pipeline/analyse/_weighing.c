/* Which topics and which tier weigh most, which words stand together, which are told: the functions of weighing in C. */

#include "arrays.h"
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <structmember.h>

#define HERE 64    /* topics, stretches and reasons of a text that needs no room of its own */
#define SHARES 1e4 /* steps between 0 and 1 to which a share is rounded */
#define DIGITS 4   /* the same in digits */

static PyObject *Cue, *Ranked, *Reason;

/* Where a cue keeps its fields: there they are read in a tenth of the time that asking for them by name takes. */
static Py_ssize_t word_, weight_, start_, end_;

typedef struct {
    Py_ssize_t start, end;
} Stretch;

typedef struct {
    PyObject *name;
    double weight;
    Py_ssize_t start;
} Topic;

/* Room for so many items: on the stack if it is large enough there. */
static void *
room_for(void *here, Py_ssize_t count, size_t size)
{
    if (count <= HERE)
        return here;
    void *items = count <= PY_SSIZE_T_MAX / (Py_ssize_t)size ? PyMem_Malloc(count * size) : NULL;
    return items ? items : PyErr_NoMemory();
}

static void
let_go(void *items, void *here)
{
    if (items != here)
        PyMem_Free(items);
}

static int
refused(const char *why)
{
    if (!PyErr_Occurred())
        PyErr_SetString(PyExc_TypeError, why);
    return -1;
}

/* Whether all of a list are cues: to read those runs no Python, so nothing changes meanwhile. */
static int
are_cues(PyObject *list)
{
    for (Py_ssize_t at = 0; at < PyList_GET_SIZE(list); at++)
        if (!Py_IS_TYPE(PyList_GET_ITEM(list, at), (PyTypeObject *)Cue))
            return 0;
    return 1;
}

/* Return what a cue has in a field, borrowed; made whole and frozen, it has something in each. */
static PyObject *
field(PyObject *cue, Py_ssize_t where)
{
    return *(PyObject **)((char *)cue + where);
}

static int
number_of(PyObject *cue, Py_ssize_t where, Py_ssize_t *number)
{
    *number = PyLong_AsSsize_t(field(cue, where));
    return *number == -1 && PyErr_Occurred() ? -1 : 0;
}

static int
weight_of(PyObject *cue, double *weight)
{
    PyObject *found = field(cue, weight_);
    if (!PyFloat_Check(found))
        return refused("a weight is a float");
    *weight = PyFloat_AS_DOUBLE(found);
    return 0;
}

/* Return how many cues a dictionary of lists has; -1 if it is none. */
static Py_ssize_t
cues_of(PyObject *lists)
{
    Py_ssize_t at = 0, count = 0;
    PyObject *name, *list;
    if (!PyDict_Check(lists))
        return refused("cues are in lists by their names");
    while (PyDict_Next(lists, &at, &name, &list)) {
        if (!PyUnicode_Check(name) || !PyList_Check(list) || !are_cues(list))
            return refused("cues are in lists by their names");
        count += PyList_GET_SIZE(list);
    }
    return count;
}

static int
by_start(const void *one, const void *other)
{
    const Stretch *first = one, *second = other;
    return (first->start > second->start) - (first->start < second->start);
}

/* Fill in where harm is told, in order; each end then is that of the farthest stretch up to there. */
static int
read_harm(PyObject *harm, Stretch *stretches)
{
    Py_ssize_t at = 0, filled = 0;
    PyObject *name, *list;
    while (PyDict_Next(harm, &at, &name, &list))
        for (Py_ssize_t each = 0; each < PyList_GET_SIZE(list); each++, filled++) {
            PyObject *cue = PyList_GET_ITEM(list, each);
            if (number_of(cue, start_, &stretches[filled].start) < 0 || number_of(cue, end_, &stretches[filled].end) < 0)
                return -1;
        }
    qsort(stretches, filled, sizeof *stretches, by_start);
    for (Py_ssize_t each = 1; each < filled; each++)
        stretches[each].end = Py_MAX(stretches[each].end, stretches[each - 1].end);
    return 0;
}

static int
is_harmful(const Stretch *stretches, Py_ssize_t count, Py_ssize_t place)
{
    Py_ssize_t first = 0, last = count; /* of those that begin behind the place */
    while (first < last) {
        Py_ssize_t middle = first + (last - first) / 2;
        if (stretches[middle].start <= place)
            first = middle + 1;
        else
            last = middle;
    }
    return first && place < stretches[first - 1].end;
}

static int
read_topic(Topic *topic, PyObject *cues, const Stretch *harm, Py_ssize_t count, double part)
{
    if (!PyList_GET_SIZE(cues))
        return refused("a topic has cues");
    topic->weight = 0;
    for (Py_ssize_t at = 0; at < PyList_GET_SIZE(cues); at++) {
        PyObject *cue = PyList_GET_ITEM(cues, at);
        double weight;
        Py_ssize_t start = 0;
        if (weight_of(cue, &weight) < 0 || ((count || !at) && number_of(cue, start_, &start) < 0))
            return -1;
        topic->weight += weight + (is_harmful(harm, count, start) ? part : 0);
        if (!at)
            topic->start = start;
    }
    return 0;
}

static int
comes_before(const Topic *one, const Topic *other)
{
    if (one->weight != other->weight)
        return one->weight > other->weight;
    if (one->start != other->start)
        return one->start < other->start;
    return PyUnicode_Compare(one->name, other->name) < 0;
}

/* Return a share as round() does: where that is in doubt, by asking it. */
static PyObject *
rounded(double share)
{
    double steps = share * SHARES, whole = floor(steps), rest = steps - whole;
    if (steps >= 0 && steps <= SHARES && fabs(rest - 0.5) > 1e-6)
        return PyFloat_FromDouble((rest > 0.5 ? whole + 1 : whole) / SHARES);
    PyObject *exact = PyFloat_FromDouble(share), *told = exact ? PyObject_CallMethod(exact, "__round__", "i", DIGITS) : NULL;
    Py_XDECREF(exact);
    return told;
}

static PyObject *
with_share(const Topic *topic, double whole)
{
    PyObject *fields[] = {topic->name, rounded(topic->weight / whole)};
    PyObject *told = fields[1] ? PyObject_Vectorcall(Ranked, fields, 2, NULL) : NULL;
    Py_XDECREF(fields[1]);
    return told;
}

/* Return the heaviest topics; they are moved to the front. */
static PyObject *
heaviest(Topic *topics, Py_ssize_t count, double whole, Py_ssize_t most)
{
    PyObject *told = PyTuple_New(Py_MAX(0, Py_MIN(most, count)));
    for (Py_ssize_t at = 0; told && at < PyTuple_GET_SIZE(told); at++) {
        Py_ssize_t best = at;
        for (Py_ssize_t other = at + 1; other < count; other++)
            if (comes_before(&topics[other], &topics[best]))
                best = other;
        Topic first = topics[best];
        topics[best] = topics[at], topics[at] = first;
        PyObject *one = with_share(&first, whole);
        if (one)
            PyTuple_SET_ITEM(told, at, one);
        else
            Py_CLEAR(told);
    }
    return told;
}

PyDoc_STRVAR(ranked_doc, "ranked(topics, harm, part, unknown, most)\n--\n\n"
                         "Return the heaviest topics with their share. Raises TypeError.");

static PyObject *
ranked(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t given)
{
    if (given != 5)
        return refused("ranked() takes topics, harm and three numbers"), NULL;
    PyObject *topics = args[0], *harm = args[1], *told = NULL, *name, *cues;
    double part = PyFloat_AsDouble(args[2]), unknown = PyFloat_AsDouble(args[3]);
    Py_ssize_t most = PyLong_AsSsize_t(args[4]), at = 0, count = 0, harms;
    if (PyErr_Occurred() || cues_of(topics) < 0 || (harms = cues_of(harm)) < 0)
        return NULL;
    Topic topics_here[HERE], *all = room_for(topics_here, PyDict_GET_SIZE(topics), sizeof *all);
    Stretch harm_here[HERE], *stretches = all ? room_for(harm_here, harms, sizeof *stretches) : NULL;
    double whole = unknown;
    int failed = !stretches || read_harm(harm, stretches) < 0;
    while (!failed && PyDict_Next(topics, &at, &name, &cues)) {
        all[count].name = name;
        failed = read_topic(&all[count], cues, stretches, harms, part) < 0;
        whole += all[count++].weight;
    }
    if (!failed && whole == 0)
        failed = refused("what weighs nothing has no share");
    if (!failed)
        told = heaviest(all, count, whole, most);
    if (all)
        let_go(all, topics_here);
    if (stretches)
        let_go(stretches, harm_here);
    return told;
}

/* Add a cue to those that are told, unless it is among them. */
static int
tell(PyObject *cue, PyObject **told, Py_ssize_t *count)
{
    Py_ssize_t start, other;
    if (number_of(cue, start_, &start) < 0)
        return -1;
    for (Py_ssize_t at = 0; at < *count; at++) {
        if (number_of(told[at], start_, &other) < 0)
            return -1;
        int same = start == other ? PyObject_RichCompareBool(told[at], cue, Py_EQ) : 0;
        if (same)
            return same;
    }
    told[(*count)++] = cue;
    return 0;
}

/* Find where a cue stands in the text: its first letter, and its last. */
static int
stands(PyObject *cue, const Py_buffer *offsets, Stretch *where)
{
    const int64_t *each = offsets->buf;
    Py_ssize_t start, end;
    if (number_of(cue, start_, &start) < 0 || number_of(cue, end_, &end) < 0)
        return -1;
    if (start < 0 || end <= start || end > offsets->shape[0]) {
        PyErr_SetString(PyExc_IndexError, "a cue stands in the text");
        return -1;
    }
    *where = (Stretch){(Py_ssize_t)each[start], (Py_ssize_t)each[end - 1]};
    return 0;
}

static PyObject *
reason(PyObject *cue, const Py_buffer *offsets)
{
    Stretch where;
    if (stands(cue, offsets, &where) < 0)
        return NULL;
    PyObject *start = PyLong_FromSsize_t(where.start), *end = PyLong_FromSsize_t(where.end + 1), *told = NULL;
    PyObject *fields[] = {field(cue, word_), field(cue, weight_), start, end};
    if (start && end)
        told = PyObject_Vectorcall(Reason, fields, 4, NULL);
    Py_XDECREF(start);
    Py_XDECREF(end);
    return told;
}

/* Choose which cues are told; return how many, -1 with an exception. */
static Py_ssize_t
choose(PyObject *labels, Py_ssize_t most, PyObject **told)
{
    Py_ssize_t count = 0;
    for (Py_ssize_t at = 0; at < PyTuple_GET_SIZE(labels); at++) {
        PyObject *cues = PyTuple_GET_ITEM(labels, at);
        if (PyList_GET_SIZE(cues) && tell(PyList_GET_ITEM(cues, 0), told, &count) < 0)
            return -1;
    }
    for (Py_ssize_t at = 0; at < PyTuple_GET_SIZE(labels); at++) {
        PyObject *cues = PyTuple_GET_ITEM(labels, at);
        for (Py_ssize_t each = 1; each < PyList_GET_SIZE(cues) && count < most; each++)
            if (tell(PyList_GET_ITEM(cues, each), told, &count) < 0)
                return -1;
    }
    return count;
}

PyDoc_STRVAR(reasons_doc, "reasons(labels, offsets, most)\n--\n\n"
                          "Return the cues by which labels are told, as reasons. Raises TypeError, IndexError.");

static PyObject *
reasons(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t given)
{
    if (given != 3 || !PyTuple_Check(args[0]))
        return refused("reasons() takes a tuple of labels, offsets and a number"), NULL;
    PyObject *labels = args[0], *places = args[1], *told = NULL;
    Py_ssize_t most = PyLong_AsSsize_t(args[2]), count = 0;
    if (most == -1 && PyErr_Occurred())
        return NULL;
    for (Py_ssize_t at = 0; at < PyTuple_GET_SIZE(labels); at++)
        if (!PyList_Check(PyTuple_GET_ITEM(labels, at)) || !are_cues(PyTuple_GET_ITEM(labels, at)))
            return refused("a label has a list of cues"), NULL;
    PyObject *here[HERE], **cues = room_for(here, Py_MAX(most, PyTuple_GET_SIZE(labels)), sizeof *cues);
    Py_buffer offsets;
    if (!cues || array(&offsets, places, 1, sizeof(int64_t), 0) < 0) {
        if (cues)
            let_go(cues, here);
        return NULL;
    }
    if ((count = choose(labels, most, cues)) >= 0)
        told = PyTuple_New(count);
    for (Py_ssize_t at = 0; told && at < count; at++) {
        PyObject *one = reason(cues[at], &offsets);
        if (one)
            PyTuple_SET_ITEM(told, at, one);
        else
            Py_CLEAR(told);
    }
    PyBuffer_Release(&offsets);
    let_go(cues, here);
    return told;
}

typedef struct {
    double least; /* of what it weighs */
    Py_ssize_t until;
    PyObject *but;
} Wanted;

/* Append those of the cues that are wanted. */
static int
append_wanted(PyObject *told, PyObject *cues, const Wanted *wanted)
{
    for (Py_ssize_t at = 0; at < PyList_GET_SIZE(cues); at++) {
        PyObject *cue = PyList_GET_ITEM(cues, at);
        double weight;
        Py_ssize_t start;
        if (weight_of(cue, &weight) < 0 || number_of(cue, start_, &start) < 0)
            return -1;
        int out = weight < wanted->least || start >= wanted->until ? 1 : PySet_Contains(wanted->but, field(cue, word_));
        if (out < 0 || (!out && PyList_Append(told, cue) < 0))
            return -1;
    }
    return 0;
}

PyDoc_STRVAR(of_others_doc, "of_others(topics, ours, least, until, but)\n--\n\n"
                            "Return the cues of topics that are not ours. Raises TypeError.");

static PyObject *
of_others(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t given)
{
    if (given != 5 || !PyFrozenSet_Check(args[1]) || !PyFloat_Check(args[2]) || !PyLong_Check(args[3]) ||
        !PyFrozenSet_Check(args[4]))
        return refused("of_others() takes cues by topic, topics, a weight, up to where to look, and words"), NULL;
    PyObject *topics = args[0], *ours = args[1], *name, *cues;
    Wanted wanted = {PyFloat_AS_DOUBLE(args[2]), PyLong_AsSsize_t(args[3]), args[4]};
    Py_ssize_t at = 0;
    if ((wanted.until == -1 && PyErr_Occurred()) || cues_of(topics) < 0)
        return NULL;
    PyObject *told = PyList_New(0);
    while (told && PyDict_Next(topics, &at, &name, &cues)) {
        int known = PySet_Contains(ours, name);
        if (known < 0 || (!known && append_wanted(told, cues, &wanted) < 0))
            Py_CLEAR(told);
    }
    return told;
}

/* Read so many floats of a tuple or list, from a place on. */
static int
read_floats(PyObject *from, Py_ssize_t at, Py_ssize_t count, double *told)
{
    if (!(PyTuple_Check(from) || PyList_Check(from)) || PySequence_Fast_GET_SIZE(from) < at + count)
        return refused("numbers are in a tuple or a list, as many as count");
    for (Py_ssize_t each = 0; each < count; each++) {
        PyObject *number = PySequence_Fast_GET_ITEM(from, at + each);
        if (!PyFloat_Check(number))
            return refused("a weight is a float");
        told[each] = PyFloat_AS_DOUBLE(number);
    }
    return 0;
}

PyDoc_STRVAR(likeliest_doc, "likeliest(rows, sounds)\n--\n\n"
                            "Return the name of the row that weighs most, of equals the first. Raises TypeError.");

static PyObject *
likeliest(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t given)
{
    double heard[3], row[5], most = -Py_HUGE_VAL;
    if (given != 2 || !PyList_Check(args[0]) || read_floats(args[1], 0, 3, heard) < 0)
        return refused("likeliest() takes a list of rows, and sounds"), NULL;
    PyObject *told = NULL;
    for (Py_ssize_t at = 0; at < PyList_GET_SIZE(args[0]); at++) {
        PyObject *each = PyList_GET_ITEM(args[0], at);
        if (!PyTuple_Check(each) || read_floats(each, 1, 5, row) < 0)
            return refused("a row is a name and five floats"), NULL;
        double weight = row[0] + (row[2] * heard[0] + row[3] * heard[1] + row[4] * heard[2]) + row[1];
        if (weight > most)
            most = weight, told = PyTuple_GET_ITEM(each, 0);
    }
    return told ? Py_NewRef(told) : PyUnicode_FromStringAndSize("", 0);
}

/* Whether no mark stands between two places. */
static int
in_one_clause(PyObject *normal, PyObject *ends, Stretch one, Stretch other)
{
    Py_ssize_t from = one.start <= other.start ? one.end : other.end, to = Py_MAX(one.start, other.start);
    int kind = PyUnicode_KIND(normal);
    const void *data = PyUnicode_DATA(normal);
    to = Py_MIN(to, PyUnicode_GET_LENGTH(normal));
    for (Py_ssize_t at = Py_MAX(from, 0); at < to; at++) {
        Py_UCS4 letter = PyUnicode_READ(kind, data, at);
        if (!(letter >= 0x4E00 && letter <= 0x9FFF) &&
            PyUnicode_FindChar(ends, letter, 0, PyUnicode_GET_LENGTH(ends), 1) >= 0)
            return 0;
    }
    return 1;
}

/* Append those of the cues that share a clause with one of some places. */
static int
append_together(PyObject *told, PyObject *cues, const Stretch *others, Py_ssize_t count, PyObject *normal,
                const Py_buffer *offsets, PyObject *ends)
{
    for (Py_ssize_t at = 0; at < PyList_GET_SIZE(cues); at++) {
        Stretch where;
        Py_ssize_t other = 0;
        if (stands(PyList_GET_ITEM(cues, at), offsets, &where) < 0)
            return -1;
        while (other < count && !in_one_clause(normal, ends, where, others[other]))
            other++;
        if (other < count && PyList_Append(told, PyList_GET_ITEM(cues, at)) < 0)
            return -1;
    }
    return 0;
}

PyDoc_STRVAR(together_doc, "together(cues, others, until, normal, offsets, ends)\n--\n\n"
                           "Return the cues that share a clause with others. Raises TypeError, IndexError.");

static PyObject *
together(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t given)
{
    if (given != 6 || !PyLong_Check(args[2]) || !PyUnicode_Check(args[3]) || !PyUnicode_Check(args[5]))
        return refused("together() takes cues, others, up to where those begin, a text, its offsets and marks"), NULL;
    PyObject *cues = args[0], *others = args[1], *normal = args[3], *places = args[4], *ends = args[5];
    Py_ssize_t until = PyLong_AsSsize_t(args[2]), count = 0;
    Py_buffer offsets;
    if (until == -1 && PyErr_Occurred())
        return NULL;
    if (!PyList_Check(cues) || !PyList_Check(others) || !are_cues(cues) || !are_cues(others))
        return refused("cues are in lists"), NULL;
    if (array(&offsets, places, 1, sizeof(int64_t), 0) < 0)
        return NULL;
    Stretch here[HERE], *where = room_for(here, PyList_GET_SIZE(others), sizeof *where);
    PyObject *told = where ? PyList_New(0) : NULL;
    int failed = !told;
    for (Py_ssize_t at = 0; !failed && at < PyList_GET_SIZE(others); at++) {
        PyObject *other = PyList_GET_ITEM(others, at);
        Py_ssize_t start;
        failed = number_of(other, start_, &start) < 0;
        if (!failed && start < until)
            failed = stands(other, &offsets, &where[count++]) < 0;
    }
    if (failed || append_together(told, cues, where, count, normal, &offsets, ends) < 0)
        Py_CLEAR(told);
    if (where)
        let_go(where, here);
    PyBuffer_Release(&offsets);
    return told;
}

static PyMethodDef functions[] = {
    {"together", (PyCFunction)(void (*)(void))together, METH_FASTCALL, together_doc},
    {"of_others", (PyCFunction)(void (*)(void))of_others, METH_FASTCALL, of_others_doc},
    {"likeliest", (PyCFunction)(void (*)(void))likeliest, METH_FASTCALL, likeliest_doc},
    {"ranked", (PyCFunction)(void (*)(void))ranked, METH_FASTCALL, ranked_doc},
    {"reasons", (PyCFunction)(void (*)(void))reasons, METH_FASTCALL, reasons_doc},
    {NULL},
};

static PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "_weighing", .m_size = -1, .m_methods = functions};

/* Return what a module has under a name. */
static PyObject *
from_module(const char *module_name, const char *name)
{
    PyObject *found = PyImport_ImportModule(module_name), *one = found ? PyObject_GetAttrString(found, name) : NULL;
    Py_XDECREF(found);
    return one;
}

/* Find out where cues keep a field; ImportError if they do so in no slot. */
static int
find_field(const char *name, Py_ssize_t *where)
{
    PyObject *slot = PyObject_GetAttrString(Cue, name);
    int found = slot && Py_IS_TYPE(slot, &PyMemberDescr_Type) &&
                ((PyMemberDescrObject *)slot)->d_member->type == T_OBJECT_EX;
    if (found)
        *where = ((PyMemberDescrObject *)slot)->d_member->offset;
    else if (slot)
        PyErr_SetString(PyExc_ImportError, "cues keep their fields otherwise than they did");
    Py_XDECREF(slot);
    return found ? 0 : -1;
}

PyMODINIT_FUNC
PyInit__weighing(void)
{
    if (!(Cue = from_module("pipeline.analyse.cues", "Cue")) || !(Ranked = from_module("pipeline.model", "Ranked")) ||
        !(Reason = from_module("pipeline.model", "Reason")) || find_field("word", &word_) < 0 ||
        find_field("weight", &weight_) < 0 || find_field("start", &start_) < 0 || find_field("end", &end_) < 0)
        return NULL;
    return PyModule_Create(&module);
}
