"""Writes the files of keras/: small models with random weights, laid out as Keras 2.3 (texts of fixed length,
Sequential and Model) and Keras 2.7 (texts of any length, Functional, a list split in two) lay them out.
Not run by the tests: keras_files.py FOLDER, with Debian's python3-h5py."""
import json
import os
import sys

import h5py
import numpy as np

WEIGHTS = {
    "conv2d": [("kernel:0", (3, 3, 1, 2)), ("bias:0", (2,))],
    "max_pooling2d": [],
    "batch_normalization": [("beta:0", (2,)), ("moving_mean:0", (2,)), ("moving_variance:0", (2,))],
    "flatten": [],
    "dropout": [],
    "dense": [("kernel:0", (8, 3)), ("bias:0", (3,))],
}


def layer(class_name, name, **config):
    return {"class_name": class_name, "config": dict(config, name=name)}


LAYERS = [
    layer("Conv2D", "conv2d", batch_input_shape=[None, 8, 8, 1], filters=2, kernel_size=[3, 3], strides=[2, 2],
          padding="same", data_format="channels_last", dilation_rate=[1, 1], activation="relu", use_bias=True),
    layer("MaxPooling2D", "max_pooling2d", pool_size=[2, 2], padding="valid", strides=[2, 2],
          data_format="channels_last"),
    layer("BatchNormalization", "batch_normalization", axis=[3], momentum=0.99, epsilon=0.001, center=True,
          scale=False),
    layer("Flatten", "flatten", data_format="channels_last"),
    layer("Dropout", "dropout", rate=0.5),
    layer("Dense", "dense", units=3, activation="softmax", use_bias=True),
]


def functional(class_name):
    first = layer("InputLayer", "input_1", batch_input_shape=[None, 8, 8, 1], dtype="float32")
    layers = [dict(first, name="input_1", inbound_nodes=[])]
    for each in LAYERS:
        config = {k: v for k, v in each["config"].items() if k != "batch_input_shape"}
        layers.append({"class_name": each["class_name"], "config": config, "name": config["name"],
                       "inbound_nodes": [[[layers[-1]["name"], 0, 0, {}]]]})
    return {"class_name": class_name, "config": {"name": "model", "layers": layers,
            "input_layers": [["input_1", 0, 0]], "output_layers": [["dense", 0, 0]]}}


def save(path, config, fixed, split):
    random = np.random.RandomState(1)

    def put(group, key, value):
        if fixed:
            value = np.array([v.encode() for v in value]) if isinstance(value, list) else np.bytes_(value)
        group.attrs[key] = value

    with h5py.File(path, "w") as file:
        put(file, "keras_version", "2.3.0-tf" if fixed else "2.7.0")
        put(file, "backend", "tensorflow")
        put(file, "model_config", json.dumps(config))
        file.create_group("optimizer_weights")
        weights = file.create_group("model_weights")
        names = list(WEIGHTS)
        if split:
            put(weights, "layer_names0", names[:2])
            put(weights, "layer_names1", names[2:])
        else:
            put(weights, "layer_names", names)
        for name, arrays in WEIGHTS.items():
            group = weights.create_group(name)
            group.attrs["weight_names"] = np.zeros(0)
            if arrays:
                put(group, "weight_names", [f"{name}/{part}" for part, _ in arrays])
            for part, shape in arrays:
                low = 0.5 if "variance" in part else -1
                numbers = random.uniform(low, low + 2, shape).astype("f4")
                group.create_dataset(f"{name}/{part}", data=numbers, track_times=False)


sequential = {"class_name": "Sequential", "config": {"name": "sequential", "layers": LAYERS}}
save(os.path.join(sys.argv[1], "sequential-fixed.h5"), sequential, True, False)
save(os.path.join(sys.argv[1], "model-fixed.h5"), functional("Model"), True, False)
save(os.path.join(sys.argv[1], "functional-split.h5"), functional("Functional"), False, True)
