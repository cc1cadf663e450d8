/* The cues of a word list in a text: cues.Table in C.

   All words are numbered, and so are their labels: for what a word speaks. What a word says in some company is told by
   the words beside it; where those are regular expressions, Python is asked, and few texts come that far.
*/

#include "../text/automaton.h"
#include "../text/module.h"
#include <stdlib.h>

#define HERE 256     /* hits and cues of a text that needs no room of its own */
#define FEW 64       /* so many are in order sooner than qsort() has begun: most are when they are found */
#define FAMILIES 64  /* at most */
#define ASKS 5       /* of a company, at most */
#define KINDS 512    /* at most */

typedef struct {
    Py_ssize_t start, end;
    uint32_t number;
} Hit;

typedef struct {
    Py_ssize_t start, end, index;
    int32_t label;
} Found;

typedef struct {
    int32_t family, kind;
    int plain; /* whether its letters stand side by side as they are written in the list, if nobody tampers with them */
    PyObject *weight, *written;
} Label;

typedef struct {
    PyObject *kind, *family, *name; /* topics.water, topics, water; the last two NULL for a kind without family */
    int32_t number;                 /* of its family */
} Kind;

typedef struct {
    uint32_t second;
    int32_t label;
} Pair;

/* On which side of a word one of a set stands: frames.Side. */
enum { AROUND, BEFORE, AFTER, BESIDE, ABSENT, SIDES };

typedef struct {
    int32_t side, hints; /* which set of words */
} Ask;

/* What a word says if it keeps some company. */
typedef struct {
    int32_t label, reach; /* how far apart they stand */
    int32_t asks;
    Ask each[ASKS];
    PyObject *keeps; /* asked in Python whether it keeps it; NULL if that is told by what else is asked */
} Company;

/* What a word says; the rows are those of the flat tables below. */
typedef struct {
    int32_t labels, labels_end, pairs, pairs_end, companies, companies_end;
    uint8_t latin, silent; /* silent: it says nothing by itself, and is looked for because of others */
} Word;

typedef struct {
    PyObject_HEAD
    Automaton *automaton;
    Word *words;
    Label *labels;
    Kind *kinds;
    Pair *pairs;
    Company *companies;
    int32_t *told;   /* the labels of all words */
    uint64_t *hints; /* a bit for each word, set after set */
    Py_ssize_t count_hints, width;
    Py_ssize_t count_words, count_labels, count_kinds, count_companies;
    int32_t void_family, families;
    Py_ssize_t most, pair_reach;
    PyObject *cue, *sentence_ends;
    uint32_t *there, text; /* by word: the text that held it last */
} Table;

static PyTypeObject *automaton_type;

static void
Table_dealloc(Table *self)
{
    for (Py_ssize_t at = 0; self->labels && at < self->count_labels; at++) {
        Py_XDECREF(self->labels[at].weight);
        Py_XDECREF(self->labels[at].written);
    }
    for (Py_ssize_t at = 0; self->kinds && at < self->count_kinds; at++) {
        Py_XDECREF(self->kinds[at].kind);
        Py_XDECREF(self->kinds[at].family);
        Py_XDECREF(self->kinds[at].name);
    }
    for (Py_ssize_t at = 0; self->companies && at < self->count_companies; at++)
        Py_XDECREF(self->companies[at].keeps);
    PyMem_Free(self->words);
    PyMem_Free(self->labels);
    PyMem_Free(self->kinds);
    PyMem_Free(self->pairs);
    PyMem_Free(self->companies);
    PyMem_Free(self->told);
    PyMem_Free(self->hints);
    PyMem_Free(self->there);
    Py_CLEAR(self->automaton);
    Py_CLEAR(self->cue);
    Py_CLEAR(self->sentence_ends);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static int
refused(const char *why)
{
    if (!PyErr_Occurred())
        PyErr_SetString(PyExc_ValueError, why);
    return -1;
}

/* Read the kinds: (kind, family, name); those without a family have empty names. */
static int
read_kinds(Table *self, PyObject *kinds)
{
    self->count_kinds = PyTuple_GET_SIZE(kinds);
    if (self->count_kinds > KINDS)
        return refused("too many kinds");
    self->kinds = PyMem_Calloc(self->count_kinds + 1, sizeof *self->kinds);
    if (!self->kinds)
        return PyErr_NoMemory(), -1;
    for (Py_ssize_t at = 0; at < self->count_kinds; at++) {
        Kind *kind = &self->kinds[at];
        PyObject *whole, *family, *name;
        if (!PyTuple_Check(PyTuple_GET_ITEM(kinds, at)) ||
            !PyArg_ParseTuple(PyTuple_GET_ITEM(kinds, at), "UUU", &whole, &family, &name))
            return refused("a kind is three words");
        kind->kind = Py_NewRef(whole);
        if (PyUnicode_GET_LENGTH(name)) {
            kind->family = Py_NewRef(family);
            kind->name = Py_NewRef(name);
        }
    }
    return 0;
}

/* Read the labels: (family, kind, weight, written, plain), the first two by number. */
static int
read_labels(Table *self, PyObject *labels)
{
    self->count_labels = PyTuple_GET_SIZE(labels);
    self->labels = PyMem_Calloc(self->count_labels + 1, sizeof *self->labels);
    if (!self->labels)
        return PyErr_NoMemory(), -1;
    for (Py_ssize_t at = 0; at < self->count_labels; at++) {
        Label *label = &self->labels[at];
        PyObject *weight, *written;
        if (!PyTuple_Check(PyTuple_GET_ITEM(labels, at)) ||
            !PyArg_ParseTuple(PyTuple_GET_ITEM(labels, at), "iiO!Up", &label->family, &label->kind, &PyFloat_Type,
                              &weight, &written, &label->plain) ||
            label->family < 0 || label->family >= FAMILIES || label->kind < 0 || label->kind >= self->count_kinds)
            return refused("a label is a family, a kind, a weight, a word and whether it is plain");
        self->kinds[label->kind].number = label->family;
        self->families = Py_MAX(self->families, label->family + 1);
        label->weight = Py_NewRef(weight);
        label->written = Py_NewRef(written);
    }
    return 0;
}

/* The rows of one word, as they are given. */
typedef struct {
    int latin;
    PyObject *labels, *pairs, *companies;
} Given;

static int
read_given(PyObject *word, Given *given)
{
    if (!PyTuple_Check(word) ||
        !PyArg_ParseTuple(word, "pO!O!O!", &given->latin, &PyTuple_Type, &given->labels, &PyTuple_Type, &given->pairs,
                          &PyTuple_Type, &given->companies))
        return refused("a word is: latin, labels, pairs and companies");
    return 0;
}

static int
is_label(const Table *self, long label)
{
    return label >= 0 && label < self->count_labels;
}

static int
read_asks(const Table *self, PyObject *asks, Company *company)
{
    for (Py_ssize_t at = 0; at < PyTuple_GET_SIZE(asks); at++) {
        PyObject *row = PyTuple_GET_ITEM(asks, at);
        Ask *ask = &company->each[company->asks++];
        if (company->asks > ASKS || !PyTuple_Check(row) || !PyArg_ParseTuple(row, "ii", &ask->side, &ask->hints) ||
            ask->side < 0 || ask->side >= SIDES || ask->hints < 0 || ask->hints >= self->count_hints)
            return refused("what a company asks for is a side and a set of words");
    }
    return 0;
}

static int
read_word(Table *self, const Given *given, Word *word)
{
    for (Py_ssize_t each = 0; each < PyTuple_GET_SIZE(given->labels); each++) {
        long label = PyLong_AsLong(PyTuple_GET_ITEM(given->labels, each));
        if (!is_label(self, label))
            return refused("no label has that number");
        self->told[word->labels_end++] = (int32_t)label;
    }
    for (Py_ssize_t each = 0; each < PyTuple_GET_SIZE(given->pairs); each++) {
        PyObject *row = PyTuple_GET_ITEM(given->pairs, each);
        Pair *pair = &self->pairs[word->pairs_end++];
        if (!PyTuple_Check(row) || !PyArg_ParseTuple(row, "Ii", &pair->second, &pair->label) ||
            pair->second >= self->count_words || !is_label(self, pair->label))
            return refused("a pair is the number of its second word and a label");
    }
    for (Py_ssize_t each = 0; each < PyTuple_GET_SIZE(given->companies); each++) {
        PyObject *row = PyTuple_GET_ITEM(given->companies, each), *asks, *keeps;
        Company *company = &self->companies[word->companies_end++];
        if (!PyTuple_Check(row) ||
            !PyArg_ParseTuple(row, "iiO!O", &company->label, &company->reach, &PyTuple_Type, &asks, &keeps) ||
            !is_label(self, company->label) || company->reach < 0 || read_asks(self, asks, company) < 0)
            return refused("a company is a label, a reach, what it asks for and whom to ask");
        company->keeps = keeps == Py_None ? NULL : Py_NewRef(keeps);
    }
    return 0;
}

static int
read_words(Table *self, PyObject *words)
{
    Py_ssize_t labels = 0, pairs = 0, companies = 0;
    Given given;
    for (Py_ssize_t at = 0; at < self->count_words; at++) {
        if (read_given(PyList_GET_ITEM(words, at), &given) < 0)
            return -1;
        labels += PyTuple_GET_SIZE(given.labels);
        pairs += PyTuple_GET_SIZE(given.pairs);
        companies += PyTuple_GET_SIZE(given.companies);
    }
    self->words = PyMem_Calloc(self->count_words + 1, sizeof *self->words);
    self->told = PyMem_Calloc(labels + 1, sizeof *self->told);
    self->pairs = PyMem_Calloc(pairs + 1, sizeof *self->pairs);
    self->companies = PyMem_Calloc(companies + 1, sizeof *self->companies);
    self->count_companies = companies;
    self->there = PyMem_Calloc(self->count_words + 1, sizeof *self->there);
    if (!self->words || !self->told || !self->pairs || !self->companies || !self->there)
        return PyErr_NoMemory(), -1;
    Word before = {0};
    for (Py_ssize_t at = 0; at < self->count_words; at++) {
        Word *word = &self->words[at];
        word->labels = word->labels_end = before.labels_end;
        word->pairs = word->pairs_end = before.pairs_end;
        word->companies = word->companies_end = before.companies_end;
        if (read_given(PyList_GET_ITEM(words, at), &given) < 0 || read_word(self, &given, word) < 0)
            return -1;
        word->latin = (uint8_t)given.latin;
        word->silent = word->labels == word->labels_end && word->pairs == word->pairs_end &&
                       word->companies == word->companies_end;
        before = *word;
    }
    return 0;
}

/* Read the sets of hints: tuples of words by number. */
static int
read_hints(Table *self, PyObject *sets)
{
    self->count_hints = PyTuple_GET_SIZE(sets);
    self->width = (self->count_words + 63) / 64;
    self->hints = PyMem_Calloc(self->count_hints * self->width + 1, sizeof *self->hints);
    if (!self->hints)
        return PyErr_NoMemory(), -1;
    for (Py_ssize_t set = 0; set < self->count_hints; set++) {
        PyObject *words = PyTuple_GET_ITEM(sets, set);
        if (!PyTuple_Check(words))
            return refused("hints are tuples of words by number");
        for (Py_ssize_t at = 0; at < PyTuple_GET_SIZE(words); at++) {
            Py_ssize_t number = PyLong_AsSsize_t(PyTuple_GET_ITEM(words, at));
            if (number < 0 || number >= self->count_words)
                return refused("no word has that number");
            self->hints[set * self->width + number / 64] |= UINT64_C(1) << number % 64;
        }
    }
    return 0;
}

static int
Table_fill(Table *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"automaton", "words", "labels", "kinds", "hints", "void", "most", "reach",
                            "ends",      "cue",   NULL};
    PyObject *automaton, *words, *labels, *kinds, *hints, *cue, *ends;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!O!O!O!O!innUO", names, automaton_type, &automaton, &PyList_Type,
                                     &words, &PyTuple_Type, &labels, &PyTuple_Type, &kinds, &PyTuple_Type, &hints,
                                     &self->void_family, &self->most, &self->pair_reach, &ends, &cue))
        return -1;
    if (((Automaton *)automaton)->words != PyList_GET_SIZE(words))
        return refused("the automaton finds these words and no others");
    self->count_words = PyList_GET_SIZE(words);
    if (read_kinds(self, kinds) < 0 || read_labels(self, labels) < 0 || read_hints(self, hints) < 0 ||
        read_words(self, words) < 0)
        return -1;
    self->cue = Py_NewRef(cue);
    self->sentence_ends = Py_NewRef(ends);
    self->automaton = (Automaton *)Py_NewRef(automaton);
    return 0;
}

static PyObject *
Table_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    return made_whole(type, args, kwargs, (initproc)Table_fill);
}

/* What grows while a text is read; it begins in a room on the stack. */
typedef struct {
    void *items, *here;
    Py_ssize_t count, room;
    size_t size;
} Rows;

static void *
one_more(Rows *rows)
{
    if (rows->count == rows->room) {
        Py_ssize_t room = 2 * rows->room;
        void *items = PyMem_Malloc(room * rows->size);
        if (!items)
            return PyErr_NoMemory();
        memcpy(items, rows->items, rows->count * rows->size);
        if (rows->items != rows->here)
            PyMem_Free(rows->items);
        rows->items = items, rows->room = room;
    }
    return (char *)rows->items + rows->size * rows->count++;
}

static void
let_go(Rows *rows)
{
    if (rows->items != rows->here)
        PyMem_Free(rows->items);
}

static int
find(const Table *self, PyObject *squeezed, Rows *hits)
{
    const Automaton *automaton = self->automaton;
    Py_ssize_t length = PyUnicode_GET_LENGTH(squeezed), at = 0;
    uint32_t state = 0;
    while ((at = automaton_reach(automaton, squeezed, at, &state)) <= length)
        for (uint32_t ended = automaton_ending(automaton, state); ended; ended = automaton->states[ended].shorter) {
            uint32_t number = automaton->states[ended].word;
            Hit *hit = one_more(hits);
            if (!hit)
                return -1;
            *hit = (Hit){at - (Py_ssize_t)automaton->lengths[number], at, number};
        }
    return 0;
}

static int
is_latin(PyObject *normal, Py_ssize_t at)
{
    if (at < 0 || at >= PyUnicode_GET_LENGTH(normal))
        return 0;
    Py_UCS4 letter = PyUnicode_READ_CHAR(normal, at);
    return letter < 128 && Py_UNICODE_ISALNUM(letter);
}

/* Whether a word of Latin letters is a word of its own and not part of one (bus in business). */
static int
stands_alone(const Word *word, PyObject *normal, const int64_t *offsets, const Hit *hit)
{
    return !word->latin ||
           !(is_latin(normal, offsets[hit->start] - 1) || is_latin(normal, offsets[hit->end - 1] + 1));
}

static int
add(Rows *found, Py_ssize_t start, Py_ssize_t end, int32_t label)
{
    Found *one = one_more(found);
    if (!one)
        return -1;
    *one = (Found){start, end, found->count, label};
    return 0;
}

/* Whether a word near a hit stands on some side of it. */
static int
is_on(int32_t side, const Hit *near, const Hit *hit)
{
    return side == BEFORE   ? near->end <= hit->start
           : side == AFTER  ? near->start >= hit->end
           : side == BESIDE ? near->end <= hit->start || near->start >= hit->end
                            : 1;
}

/* Whether one of the words that a company asks for stands within its reach on the right side. */
static int
stands_there(const Table *self, const Company *company, const Ask *ask, const Hit *hit, const Rows *hits)
{
    const uint64_t *set = self->hints + ask->hints * self->width;
    const Hit *first = hits->items, *end = first + hits->count;
    Py_ssize_t from = hit->start - company->reach, to = hit->end + company->reach;
    for (const Hit *each = hit; each < end && each->end <= to; each++) /* hits stand in the order of their ends */
        if (each->start >= from && set[each->number / 64] >> each->number % 64 & 1 && is_on(ask->side, each, hit))
            return 1;
    for (const Hit *each = hit; each > first && each[-1].end > from; each--)
        if (each[-1].start >= from && set[each[-1].number / 64] >> each[-1].number % 64 & 1 &&
            is_on(ask->side, each - 1, hit))
            return 1;
    return 0;
}

/* Whether all that a company asks for stands there, and nothing that may not. */
static int
asks_hold(const Table *self, const Company *company, const Hit *hit, const Rows *hits)
{
    for (int32_t at = 0; at < company->asks; at++)
        if (stands_there(self, company, &company->each[at], hit, hits) == (company->each[at].side == ABSENT))
            return 0;
    return 1;
}

/* Ask in Python whether a word keeps a company where it stands: 1 if so, -1 with an exception. */
static int
keeps(const Company *company, PyObject *squeezed, const Hit *hit)
{
    PyObject *asked[] = {squeezed, PyLong_FromSsize_t(hit->start), PyLong_FromSsize_t(hit->end)};
    PyObject *told = asked[1] && asked[2] ? PyObject_Vectorcall(company->keeps, asked, 3, NULL) : NULL;
    Py_XDECREF(asked[1]);
    Py_XDECREF(asked[2]);
    int kept = told ? PyObject_IsTrue(told) : -1;
    Py_XDECREF(told);
    return kept;
}

/* Add what a word says in the companies it keeps. */
static int
add_framed(const Table *self, PyObject *squeezed, const Hit *hit, const Rows *hits, Rows *found)
{
    const Word *word = &self->words[hit->number];
    for (int32_t at = word->companies; at < word->companies_end; at++) {
        const Company *company = &self->companies[at];
        int kept = asks_hold(self, company, hit, hits);
        if (kept && company->keeps)
            kept = keeps(company, squeezed, hit);
        if (kept < 0 || (kept && add(found, hit->start, hit->end, company->label) < 0))
            return -1;
    }
    return 0;
}

/* Add what a pair says that begins with a hit, if its second word follows soon enough in the sentence. */
static int
add_pair(const Table *self, PyObject *squeezed, const Hit *hit, const Pair *pair, const Hit *end, Rows *found)
{
    Py_ssize_t last = hit->end + self->pair_reach + (Py_ssize_t)self->automaton->lengths[pair->second];
    const Hit *next = hit + 1; /* hits stand in the order of their ends */
    while (next < end && next->end <= last && (next->number != pair->second || next->start < hit->end))
        next++;
    if (next == end || next->end > last)
        return 0;
    int kind = PyUnicode_KIND(squeezed);
    const void *data = PyUnicode_DATA(squeezed);
    for (Py_ssize_t at = hit->end; at < next->start; at++)
        if (PyUnicode_FindChar(self->sentence_ends, PyUnicode_READ(kind, data, at), 0,
                               PyUnicode_GET_LENGTH(self->sentence_ends), 1) >= 0)
            return 0;
    return add(found, hit->start, next->end, pair->label);
}

/* Add what all pairs say. Nothing in here runs Python, so the marks are ours until it ends. */
static int
add_pairs(Table *self, PyObject *normal, PyObject *squeezed, const int64_t *offsets, const Rows *hits, Rows *found)
{
    const Hit *each = hits->items, *end = each + hits->count;
    if (++self->text == 0) {
        memset(self->there, 0, self->count_words * sizeof *self->there);
        self->text = 1;
    }
    for (const Hit *hit = each; hit < end; hit++)
        self->there[hit->number] = self->text;
    for (const Hit *hit = each; hit < end; hit++) {
        const Word *word = &self->words[hit->number];
        for (int32_t pair = word->pairs; pair < word->pairs_end; pair++)
            if (self->there[self->pairs[pair].second] == self->text && stands_alone(word, normal, offsets, hit) &&
                add_pair(self, squeezed, hit, &self->pairs[pair], end, found) < 0)
                return -1;
    }
    return 0;
}

/* Fill `found` with all that the hits say. */
static int
read_hits(Table *self, PyObject *normal, PyObject *squeezed, const int64_t *offsets, const Rows *hits, Rows *found)
{
    const Hit *each = hits->items;
    Py_ssize_t asked = 0;
    int paired = 0;
    for (Py_ssize_t at = 0; at < hits->count; at++) {
        const Hit *hit = &each[at];
        const Word *word = &self->words[hit->number];
        if (word->silent || !stands_alone(word, normal, offsets, hit))
            continue;
        for (int32_t label = word->labels; label < word->labels_end; label++)
            if (add(found, hit->start, hit->end, self->told[label]) < 0)
                return -1;
        paired |= word->pairs < word->pairs_end;
        asked += word->companies_end - word->companies;
        if (asked < self->most && add_framed(self, squeezed, hit, hits, found) < 0)
            return -1;
    }
    return paired ? add_pairs(self, normal, squeezed, offsets, hits, found) : 0;
}

/* In order of place, of two that begin together the longer first, then as they were found. */
static int
in_order(const void *one, const void *other)
{
    const Found *first = one, *second = other;
    if (first->start != second->start)
        return first->start < second->start ? -1 : 1;
    if (first->end != second->end)
        return first->end > second->end ? -1 : 1;
    return (first->index > second->index) - (first->index < second->index);
}

static void
sort(Found *found, Py_ssize_t count)
{
    if (count > FEW) {
        qsort(found, count, sizeof *found, in_order);
        return;
    }
    for (Py_ssize_t at = 1; at < count; at++) {
        Found one = found[at];
        Py_ssize_t to = at;
        for (; to && in_order(&found[to - 1], &one) > 0; to--)
            found[to] = found[to - 1];
        found[to] = one;
    }
}

/* The cues of a text: a list for each kind that has any, in which order the kinds came, and whether any that should be
   plain is not. */
typedef struct {
    PyObject *lists[KINDS];
    int32_t order[KINDS];
    Py_ssize_t count;
    int otherwise;
} Cues;

/* Whether what was found is the word as it is written in the list, letter by letter. */
static int
is_written(PyObject *word, PyObject *squeezed, const int64_t *offsets, const Found *one)
{
    Py_ssize_t length = one->end - one->start;
    if (PyUnicode_GET_LENGTH(word) != length || offsets[one->end - 1] - offsets[one->start] != length - 1)
        return 0;
    for (Py_ssize_t at = 0; at < length; at++)
        if (PyUnicode_READ_CHAR(word, at) != PyUnicode_READ_CHAR(squeezed, one->start + at))
            return 0;
    return 1;
}

/* Append one cue to the list of its kind. */
static int
append(const Table *self, const Found *one, Cues *cues)
{
    const Label *label = &self->labels[one->label];
    PyObject **list = &cues->lists[label->kind];
    if (!*list) {
        if (!(*list = PyList_New(0)))
            return -1;
        cues->order[cues->count++] = label->kind;
    }
    PyObject *start = PyLong_FromSsize_t(one->start), *end = PyLong_FromSsize_t(one->end), *cue = NULL;
    if (start && end) {
        PyObject *fields[] = {label->written, self->kinds[label->kind].kind, label->weight, start, end};
        cue = PyObject_Vectorcall(self->cue, fields, 5, NULL);
    }
    Py_XDECREF(start);
    Py_XDECREF(end);
    int failed = !cue || PyList_Append(*list, cue) < 0 ? -1 : 0;
    Py_XDECREF(cue);
    return failed;
}

/* Append the cues that lie neither inside a void nor inside a longer one of their family. */
static int
outermost(const Table *self, PyObject *squeezed, const int64_t *offsets, Rows *rows, Cues *cues)
{
    Found *found = rows->items, widest[FAMILIES];
    memset(widest, 0, self->families * sizeof *widest);
    sort(found, rows->count);
    Py_ssize_t ahead = 0, voided = 0; /* how far the voids reach that begin before a word or with it */
    for (Py_ssize_t at = 0; at < rows->count; at++) {
        const Found *one = &found[at];
        int32_t family = self->labels[one->label].family;
        for (; ahead < rows->count && found[ahead].start <= one->start; ahead++)
            if (self->labels[found[ahead].label].family == self->void_family)
                voided = Py_MAX(voided, found[ahead].end);
        const Found *around = &widest[family];
        if (family == self->void_family || one->end <= voided ||
            (one->end <= around->end && !(one->start == around->start && one->end == around->end)))
            continue;
        widest[family] = *one;
        if (append(self, one, cues) < 0)
            return -1;
        const Label *label = &self->labels[one->label];
        cues->otherwise = cues->otherwise || (label->plain && !is_written(label->written, squeezed, offsets, one));
    }
    return 0;
}

/* Put a list into the dictionary of its family, *names*, which is made if it is the first. */
static int
put(PyObject *families, PyObject **names, const Kind *kind, PyObject *list)
{
    if (!*names) {
        PyObject *made = PyDict_New();
        int failed = !made || PyDict_SetItem(families, kind->family, made) < 0;
        *names = made; /* lent: the families hold it */
        Py_XDECREF(made);
        if (failed)
            return -1;
    }
    return PyDict_SetItem(*names, kind->name, list);
}

/* Return the lists by kind, and by family and kind, in the order of the text; and whether any is written otherwise. */
static PyObject *
in_dictionaries(const Table *self, const Cues *cues)
{
    PyObject *by_kind = PyDict_New(), *families = PyDict_New(), *names[FAMILIES];
    int failed = !by_kind || !families;
    memset(names, 0, self->families * sizeof *names);
    for (Py_ssize_t at = 0; !failed && at < cues->count; at++) {
        const Kind *kind = &self->kinds[cues->order[at]];
        PyObject *list = cues->lists[cues->order[at]];
        failed = PyDict_SetItem(by_kind, kind->kind, list) < 0 ||
                 (kind->family && put(families, &names[kind->number], kind, list) < 0);
    }
    PyObject *told = failed ? NULL : PyTuple_Pack(3, by_kind, families, cues->otherwise ? Py_True : Py_False);
    Py_XDECREF(by_kind);
    Py_XDECREF(families);
    return told;
}

PyDoc_STRVAR(read_doc, "read(normal, squeezed, offsets)\n--\n\n"
                       "Return the cues of a squeezed text by kind, and by family and kind, and whether one that should be\n"
                       "plain is written otherwise. Raises TypeError.");

static PyObject *
Table_read(Table *self, PyObject *const *args, Py_ssize_t count)
{
    if (count != 3 || !PyUnicode_Check(args[0]) || !PyUnicode_Check(args[1])) {
        PyErr_SetString(PyExc_TypeError, "read() takes a normal text, a squeezed one, and its offsets");
        return NULL;
    }
    PyObject *normal = args[0], *squeezed = args[1], *told = NULL;
    Py_buffer offsets;
    if (PyObject_GetBuffer(args[2], &offsets, PyBUF_C_CONTIGUOUS) < 0)
        return NULL;
    if (offsets.itemsize != (Py_ssize_t)sizeof(int64_t) ||
        offsets.len != PyUnicode_GET_LENGTH(squeezed) * (Py_ssize_t)sizeof(int64_t)) {
        PyErr_SetString(PyExc_TypeError, "every letter has an offset of int64");
        PyBuffer_Release(&offsets);
        return NULL;
    }
    Hit some_hits[HERE];
    Found some_found[HERE];
    Rows hits = {some_hits, some_hits, 0, HERE, sizeof(Hit)}, found = {some_found, some_found, 0, HERE, sizeof(Found)};
    Cues cues;
    memset(cues.lists, 0, self->count_kinds * sizeof *cues.lists);
    cues.count = cues.otherwise = 0;
    if (find(self, squeezed, &hits) == 0 && read_hits(self, normal, squeezed, offsets.buf, &hits, &found) == 0 &&
        outermost(self, squeezed, offsets.buf, &found, &cues) == 0)
        told = in_dictionaries(self, &cues);
    for (Py_ssize_t at = 0; at < cues.count; at++)
        Py_DECREF(cues.lists[cues.order[at]]);
    let_go(&hits);
    let_go(&found);
    PyBuffer_Release(&offsets);
    return told;
}

static PyMethodDef methods[] = {
    {"read", (PyCFunction)(void (*)(void))Table_read, METH_FASTCALL, read_doc},
    {NULL},
};

static PyTypeObject type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "pipeline.analyse._cues.Table",
    .tp_basicsize = sizeof(Table),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_doc = PyDoc_STR("A word list that is ready to be looked for. Raises TypeError, ValueError."),
    .tp_new = Table_new,
    .tp_dealloc = (destructor)Table_dealloc,
    .tp_methods = methods,
};

static PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "_cues", .m_size = -1};

PyMODINIT_FUNC
PyInit__cues(void)
{
    automaton_type = automaton_imported();
    return automaton_type ? module_with(&module, &type, "Table") : NULL;
}
