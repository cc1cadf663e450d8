/* Makes the module of a loop, which holds one type. */

#ifndef YUQING_MODULE_H
#define YUQING_MODULE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

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
