/* The Python side of the extension: extern_desktop.signing._native, stable ABI of Python 3.11.
 * It checks what it is given and lets the interpreter go on while it works; what the octets mean is known in Python. */
#define Py_LIMITED_API 0x030B0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "curve.h"
#include "streebog.h"

enum { LONG_WORK_BYTES = 4096 }; /* below this, letting the interpreter go costs more than it gives */

typedef struct {
    PyObject_HEAD
    streebog_hash hash;
} StreebogObject;

static int is_defined = 0;

static int streebog_init(PyObject *self, PyObject *args, PyObject *keywords)
{
    static char *names[] = {"bits", NULL};
    int bits = 256;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "|i", names, &bits))
        return -1;
    if (bits != 256 && bits != 512) {
        PyErr_SetString(PyExc_ValueError, "Streebog has 256 or 512 bits");
        return -1;
    }
    if (!is_defined) {
        PyErr_SetString(PyExc_RuntimeError, "define_streebog comes first");
        return -1;
    }
    streebog_start(&((StreebogObject *)self)->hash, bits);
    return 0;
}

static PyObject *streebog_object_update(PyObject *self, PyObject *data)
{
    StreebogObject *object = (StreebogObject *)self;
    Py_buffer view;
    if (PyObject_GetBuffer(data, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    if (view.len < LONG_WORK_BYTES) {
        streebog_update(&object->hash, view.buf, (size_t)view.len);
    } else {
        streebog_hash working = object->hash; /* another thread may look at the object meanwhile */
        Py_BEGIN_ALLOW_THREADS
        streebog_update(&working, view.buf, (size_t)view.len);
        Py_END_ALLOW_THREADS
        object->hash = working;
    }
    PyBuffer_Release(&view);
    Py_RETURN_NONE;
}

static PyObject *streebog_object_digest(PyObject *self, PyObject *Py_UNUSED(nothing))
{
    StreebogObject *object = (StreebogObject *)self;
    uint8_t digest[STREEBOG_BLOCK];
    if (object->hash.bits == 0) { /* made by __new__ alone */
        PyErr_SetString(PyExc_RuntimeError, "the hash was not started");
        return NULL;
    }
    streebog_digest(&object->hash, digest);
    return PyBytes_FromStringAndSize((const char *)digest, object->hash.bits / 8);
}

static void streebog_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(self);
    Py_DECREF(type);
}

static PyMethodDef streebog_methods[] = {
    {"update", streebog_object_update, METH_O, "Take more data."},
    {"digest", streebog_object_digest, METH_NOARGS, "Digest of what came so far; more may follow."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot streebog_slots[] = {
    {Py_tp_doc, "Streebog, GOST R 34.11-2012, of 256 or 512 bits."},
    {Py_tp_init, streebog_init},
    {Py_tp_dealloc, streebog_dealloc},
    {Py_tp_methods, streebog_methods},
    {0, NULL},
};

static PyType_Spec streebog_spec = {
    .name = "extern_desktop.signing._native.Streebog",
    .basicsize = sizeof(StreebogObject),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = streebog_slots,
};

static PyObject *define_streebog(PyObject *Py_UNUSED(module), PyObject *args)
{
    const char *permutation, *rows, *constants;
    Py_ssize_t permutation_length, rows_length, constants_length;
    if (!PyArg_ParseTuple(args, "y#y#y#", &permutation, &permutation_length, &rows, &rows_length, &constants, &constants_length))
        return NULL;
    if (permutation_length != 256 || rows_length != 64 * 8 || constants_length != STREEBOG_ROUNDS * STREEBOG_BLOCK) {
        PyErr_SetString(PyExc_ValueError, "definitions of a wrong length");
        return NULL;
    }
    streebog_define((const uint8_t *)permutation, (const uint8_t *)rows, (const uint8_t *)constants);
    is_defined = 1;
    Py_RETURN_NONE;
}

static PyObject *combine(PyObject *Py_UNUSED(module), PyObject *args)
{
    enum { P, A, FIRST, FIRST_POINT, SECOND, SECOND_POINT, COUNT };
    static const int halves[COUNT] = {1, 1, 1, 2, 1, 2};
    const char *parts[COUNT];
    Py_ssize_t lengths[COUNT];
    uint8_t sum[2 * CURVE_MAX_BYTES];
    int found;
    if (!PyArg_ParseTuple(args, "y#y#y#y#y#y#", &parts[P], &lengths[P], &parts[A], &lengths[A], &parts[FIRST], &lengths[FIRST],
                          &parts[FIRST_POINT], &lengths[FIRST_POINT], &parts[SECOND], &lengths[SECOND], &parts[SECOND_POINT],
                          &lengths[SECOND_POINT]))
        return NULL;
    Py_ssize_t size = lengths[P];
    int fits = (size == CURVE_MAX_BYTES / 2 || size == CURVE_MAX_BYTES) && parts[P][0] & 1;
    for (int i = 0; i < COUNT; i++)
        fits = fits && lengths[i] == size * halves[i];
    if (!fits) {
        PyErr_SetString(PyExc_ValueError, "numbers of 32 or 64 octets over an odd prime, points of twice as many");
        return NULL;
    }
    Py_BEGIN_ALLOW_THREADS
    found = curve_combine((size_t)size, (const uint8_t *)parts[P], (const uint8_t *)parts[A], (const uint8_t *)parts[FIRST],
                          (const uint8_t *)parts[FIRST_POINT], (const uint8_t *)parts[SECOND], (const uint8_t *)parts[SECOND_POINT], sum);
    Py_END_ALLOW_THREADS
    return PyBytes_FromStringAndSize((const char *)sum, found ? 2 * size : 0);
}

static PyMethodDef functions[] = {
    {"define_streebog", define_streebog, METH_VARARGS, "Make the tables of Streebog from its definitions; once, before the first hash."},
    {"combine", combine, METH_VARARGS, "first * first_point + second * second_point; empty for the point at infinity."},
    {NULL, NULL, 0, NULL},
};

static int execute(PyObject *module)
{
    PyObject *type = PyType_FromSpec(&streebog_spec);
    if (type == NULL)
        return -1;
    int failed = PyModule_AddObjectRef(module, "Streebog", type);
    Py_DECREF(type);
    return failed;
}

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, execute},
    {0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "extern_desktop.signing._native",
    .m_doc = "GOST in C: the hash and the curves.",
    .m_size = 0,
    .m_methods = functions,
    .m_slots = module_slots,
};

PyMODINIT_FUNC PyInit__native(void)
{
    return PyModuleDef_Init(&definition);
}
