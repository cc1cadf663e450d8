/* Makes the module of a loop, which holds one type, and the objects of that type. */

#ifndef YUQING_MODULE_H
#define YUQING_MODULE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* Return a new object that `fill` has filled; nobody ever sees one that is not. For the type's tp_new, without tp_init. */
static inline PyObject *
made_whole(PyTypeObject *type, PyObject *args, PyObject *kwargs, initproc fill)
{
    PyObject *made = PyType_GenericNew(type, args, kwargs);
    if (made && fill(made, args, kwargs) < 0)
        Py_CLEAR(made);
    return made;
}

static inline PyObject *
module_with(PyModuleDef *module, PyTypeObject *type, const char *name)
{
    if (PyType_Ready(type) < 0)
        return NULL;
    PyObject *made = PyModule_Create(module);
    if (made && PyModule_AddObjectRef(made, name, (PyObject *)type) < 0)
        Py_CLEAR(made);
    return made;
}

#endif
