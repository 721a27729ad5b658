"""The array examples as a table: the functions of generated_examples/ on NumPy arrays, and where to try them.

The recipes are in the words of tests/arrays/recipes.py; each function has a point for each of its recipes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gradgen.render.view import layer_name
from tests.arrays.by_hand import HANDS, Hand
from tests.arrays.measure import entry_names
from tests.examples.examples import FOLDER
from tests.support import execute


@dataclass(frozen=True, eq=False)
class ArrayExample:
    """One function of one file at the point of one recipe; what measure.case_of asks of a function of the corpus.

    ``hand`` names the function of tests/arrays/by_hand.py that is its hand-written backward, if it is compared with one.
    """

    file: str
    name: str
    style: str
    recipe: dict
    hand: str = ""
    source: str = ""  # the file that it was made of, where that has another name

    @property
    def id(self) -> str:
        return f"{self.file}.{self.name}"

    @property
    def text(self) -> str:
        """The text of the file that holds the function."""
        return (FOLDER / f"{self.source or self.file}.py").read_text(encoding="utf-8")

    @property
    def generated(self) -> str:
        """The text of the file that gradgen made of it."""
        return (FOLDER / f"{self.file}_grad.py").read_text(encoding="utf-8")

    @property
    def entries(self) -> tuple[str, ...]:
        """What the generated functions (in the style layer: the class) are called."""
        return (layer_name(self.name),) if self.style == "layer" else entry_names(self.name, self.style)

    def functions(self, names: dict[str, object]) -> dict[str, object]:
        """What a generated text defines; of a class the pair of functions that its methods are, with its cache handed over."""
        if self.style != "layer":
            return names
        made = names[self.entries[0]]

        def forward(**arguments):
            layer = made()
            return layer.forward(**arguments), layer.cache

        def backward(dout, cache):
            layer = made()
            layer.cache = cache
            return layer.backward(dout)

        return dict(zip(entry_names(self.name, "split"), (forward, backward), strict=True))

    @property
    def original(self) -> Callable:
        """The function itself."""
        return execute(self.text)[self.name]

    @property
    def wrt(self) -> tuple[str, ...]:
        """What it is differentiated by: what the recipe says, or all that there is."""
        return self.recipe.get("wrt", tuple(k for k in self.recipe if k != "where"))

    @property
    def written(self) -> Hand:
        """The hand-written version's entry."""
        return next(h for h in HANDS if f"{h.file}.{h.function}" == self.hand)


NORM = dict(x="N D", gamma="D", beta="D", eps="number 1e-3", wrt=("x", "gamma", "beta"))
SCORES = dict(x="N C", y="ints N < C", wrt=("x",))
LINEAR = dict(W="D C", X="N D", y="ints N < C", reg="number 0.1", wrt=("W",))
WEIGHTS = dict(h0="N H", Wx="D H", Wh="H H", b="H")
GATES = dict(h0="N H", Wx="D G", Wh="H G", b="G", where={"G": "4*H"})
LAYERS = dict(W1="D H", b1="H", W2="H K", b2="K", W3="K C", b3="C")
MAKEMORE = dict(
    Xb="ints N 3 < V", Yb="ints N < V", C="V E", W1="K H", b1="H", W2="H V", b2="V", bngain="H", bnbias="H", where={"K": "3*E"},
    wrt=("C", "W1", "b1", "W2", "b2", "bngain", "bnbias"),
)  # fmt: skip
HEADS = dict(q="B H T D", k="B H S D", v="B H S E", where={"B": "2", "H": "2"})
BLOCK = dict(
    x="B T C", g1="C", b1="C", wqkv="C K", bqkv="K", wo="C C", bo="C", g2="C", b2="C", wfc="C F", bfc="F", wpr="F C", bpr="C", gf="C", bf="C", wte="V C",
)  # fmt: skip
COLUMNS = dict(W1="H D", b1="H 1", W2="K H", b2="K 1", W3="1 K", b3="1 1")
ARRAY_EXAMPLES = (
    ArrayExample("matrix_product", "matrix_product", "split", dict(W="5 10", X="10 3"), "affine.matrix_product"),
    ArrayExample("affine", "affine_forward", "split", dict(x="N d1 d2", w="D M", b="M", where={"D": "d1*d2"}), "affine.affine_forward"),
    ArrayExample("relu", "relu_forward", "split", dict(x="N D"), "activations.relu_forward"),
    ArrayExample("relu_mask", "relu", "split", dict(x="N D"), "activations.relu_mask"),
    ArrayExample("sigmoid_layer", "sigmoid_forward", "split", dict(x="N D"), "activations.sigmoid_forward"),
    ArrayExample(
        "layernorm", "layernorm_forward", "split",
        dict(x="N D", gamma="D", beta="D", ln_param={"eps": "number 1e-3"}, wrt=("x", "gamma", "beta")), "normalisation.layernorm_forward",
    ),
    ArrayExample("batchnorm", "batchnorm_forward", "split", NORM, "normalisation.batchnorm_forward"),
    ArrayExample("batchnorm", "batchnorm_steps", "split", NORM, "normalisation.batchnorm_steps_forward"),
    ArrayExample("scores_loss", "softmax_loss", "joint", SCORES, "softmax.softmax_loss_logs"),
    ArrayExample("scores_loss", "svm_loss", "joint", SCORES, "svm.svm_loss"),
    ArrayExample("linear_classifiers", "softmax_loss_vectorized", "joint", LINEAR, "softmax.softmax_loss_vectorized"),
    ArrayExample("linear_classifiers", "svm_loss_vectorized", "joint", LINEAR, "svm.svm_loss_vectorized"),
    ArrayExample(
        "two_layer_net", "two_layer_net", "joint",
        dict(params=dict(W1="D H", b1="H", W2="H C", b2="C"), X="N D", y="ints N < C", reg="number 0.1", wrt=("params",)), "networks.two_layer_net",
    ),
    ArrayExample("three_layer_net", "three_layer_net", "joint", dict(x="N D", t="onehot N C", **LAYERS, wrt=tuple(LAYERS)), "dlfs.three_layer_loss"),
    ArrayExample("propagation", "forward_propagation", "split", dict(X="D N", parameters=COLUMNS, wrt=("parameters",)), "networks.forward_propagation"),
    ArrayExample("softmax_with_loss", "softmax_with_loss", "joint", dict(x="N C", t="onehot N C", wrt=("x",)), "dlfs.softmax_with_loss"),
    ArrayExample("softmax_with_loss", "softmax_with_loss", "joint", dict(x="N C", t="ints N < C", wrt=("x",)), "dlfs.softmax_with_loss"),
    ArrayExample("convolution", "conv_naive", "split", dict(x="N C 5 4", w="F C 3 2", b="F", stride="int 2", pad="int 1", wrt=("x", "w", "b")), "loops.conv_naive"),
    ArrayExample("convolution", "max_pool_naive", "split", dict(x="N C 4 6", height="int 2", width="int 3", stride="int 2", wrt=("x",)), "loops.max_pool_naive"),
    ArrayExample("recurrent", "rnn", "split", dict(x="N T D", **WEIGHTS), "loops.rnn"),
    ArrayExample("recurrent", "lstm", "split", dict(x="N T D", **GATES)),
    ArrayExample("naive_losses", "svm_loss_naive", "joint", LINEAR, "loops.svm_loss_naive"),
    ArrayExample("naive_losses", "softmax_loss_naive", "joint", LINEAR, "loops.softmax_loss_naive"),
    ArrayExample("predator_prey", "predator_prey", "split", dict(y0="positive 2", theta="unit 4", h="number 0.1", n="int 3", wrt=("y0", "theta", "h"))),
    ArrayExample("norms", "spatial_batchnorm_forward", "split", dict(x="N C H W", gamma="C", beta="C"), "loops.spatial_batchnorm_forward"),
    ArrayExample("norms", "layernorm_forward", "split", dict(x="N D", gamma="D", beta="D"), "loops.layernorm_by_batchnorm_forward"),
    ArrayExample("norms", "groupnorm_forward", "split", dict(x="N 6 H W", gamma="1 6 1 1", beta="1 6 1 1", G="int 2", wrt=("x", "gamma", "beta")), "loops.groupnorm_forward"),
    ArrayExample("makemore", "makemore", "joint", MAKEMORE, "makemore.backprop_ninja"),
    ArrayExample("makemore_staged", "makemore", "joint", MAKEMORE, source="makemore"),
    ArrayExample("attention", "attention_einsum", "split", HEADS, "attention.attention"),
    ArrayExample("attention", "attention_matmul", "split", HEADS, "attention.attention"),
    ArrayExample("gpt", "gpt_loss", "joint", dict(**BLOCK, targets="ints B T < V", heads="int 2", where={"C": "4", "K": "3*C"}, wrt=tuple(BLOCK))),
    ArrayExample("gaussian_mixture", "log_likelihood", "joint", dict(x="N D", logits="K", mu="K D", logsigma="K D")),
    ArrayExample("reprojection", "reprojection_error", "split", dict(cam="11", X="3", w="number", feat="2")),
    ArrayExample("layers", "affine", "layer", dict(x="N D", W="D M", b="M")),
    ArrayExample("layers", "relu", "layer", dict(x="N D")),
    ArrayExample("layers", "sigmoid", "layer", dict(x="N D")),
)  # fmt: skip
ARRAY_FILES = tuple(dict.fromkeys(e.file for e in ARRAY_EXAMPLES))
INPUTS = {e.file: e.source or e.file for e in ARRAY_EXAMPLES}
