#!/bin/sh
# gallery.sh SCRAWL: makes docs/gallery.md and its pictures by the commands that stand in it.
#
# Everything runs in runs/gallery, where the datasets are data/; what was trained there before is not
# trained again. Wants MNIST: beside the checkout (as the tests do), or fetched. The same commands give
# the same bytes on processors of one kind.
set -eu
scrawl=$(realpath "$1")
top=$PWD
work=runs/gallery
page=docs/gallery.md

if [ -d "${SCRAWL_DATA:-../shared/data}/mnist" ]; then
    data=$(realpath "${SCRAWL_DATA:-../shared/data}")
elif folder=$("$scrawl" data fetch mnist 2>/dev/null); then
    data=$(dirname "$folder")
else
    echo "dev: the gallery needs MNIST: as shared/data/mnist beside the checkout, or fetched by scrawl data fetch mnist" >&2
    exit 1
fi

mkdir -p $work docs/gallery
rm -f docs/gallery/*
ln -sfn "$data" $work/data
cp examples/digit.png examples/page.jpg $work/
cd $work
PATH=$(dirname "$scrawl"):$PATH

# Appends to the page.
say() {
    printf '%s\n' "$@" >>page.md
}

# run COMMAND: does it, says it. `results` instead of `run` also says what it prints.
run() {
    echo "$*" >&2
    say '' "    $*"
    eval "$*" >out
}
results() {
    run "$@"
    say ''
    sed 's/^/    /' out >>page.md
}

# picture FILE [NAME]: one that a command made, perhaps under another name.
picture() {
    name=${2:-$(basename "$1")}
    cp "$1" "$top/docs/gallery/$name"
    say '' "![$name](gallery/$name)"
}

cat >page.md <<'END'
# Gallery

Every picture was made by the command above it; `./dev gallery` makes all of them again, and this page. A plot becomes a PNG, an SVG or a PDF
by the ending of its name. Colours are those of Okabe and Ito and viridis, which colour-blind readers can tell apart; bars and curves
carry 95 % intervals where there is a count to take them from.
END

say '' '## A page that is read' '' 'Numbers drawn by a pen on ruled paper, in uneven light: each digit has its box and what it was read as.'
results scrawl read page.jpg --annotate page.png
picture page.png

say '' '## What a dataset holds' '' 'How many pictures of each class, as bars and as a pie; the first pictures of each class.'
run scrawl explore data/mnist --labels labels.png --grid samples.png
picture labels.png
picture samples.png
say '' 'What training sees of twenty of them: each epoch another augmentation, here the strong one.'
run scrawl explore data/mnist --augment strong --grid augmented.gif
picture augmented.gif

say '' '## A training' '' 'The run folder holds the curves; the dotted line is the epoch whose weights were kept. Training pictures are
augmented and their labels smoothed, so that their loss lies above that of the validation pictures, which are neither.'
[ ! -d run ] || [ -f run/.done ] || rm -r run
if [ -f run/.done ]; then
    say '' '    scrawl train lenet --data data/mnist --epochs 10 -o run'
else
    run scrawl train lenet --data data/mnist --epochs 10 -o run
    touch run/.done
fi
picture run/curves.png

say '' '## How well it reads' '' 'On pictures that it never saw. `--report DIR` puts all of this and more on one page that needs nothing beside it.'
results scrawl evaluate run --data data/mnist --confusion confusion.png --mistakes mistakes.png \
    --reliability reliability.png --risk risk.png --bars bars.png --report report
say '' 'What each class was read as: counts, and shares of the true class.'
picture confusion.png
say '' 'What was read wrongly, those first of which the net was surest: true class, answer, probability.'
picture mistakes.png
say '' 'Whether its probabilities mean what they say: bars on the diagonal would be perfect.'
picture reliability.png
say '' 'How many errors are left when only the surest answers count.'
picture risk.png
say '' 'Pictures that it was trained on against those that it never saw.'
picture bars.png

say '' '## Inside the net' '' 'The filters of the first layer, and where the weights of each layer lie.'
run scrawl summary run --weights weights.png
picture weights.png
say '' 'What a layer answers to a picture (examples/digit.png): the first convolution before its ReLU, the second pooling, the ten logits.'
run scrawl summary run --activations digit.png -o maps
run scrawl summary run --activations digit.png --layer pool2 -o maps
picture maps/conv1.png activations-conv1.png
picture maps/pool2.png activations-pool2.png
picture maps/dense3.png activations-dense3.png
say '' 'How the weights of a layer would start by each initialiser, on one scale.'
run scrawl summary lenet --initialisers initialisers.png --layer dense1
picture initialisers.png

say '' '## Nets as figures' '' 'Blocks are drawn to scale; what repeats is drawn once with its number.'
run scrawl summary lenet --diagram lenet.svg
picture lenet.svg
say '' 'Two heads: the digit, and the digit redrawn.'
run scrawl summary redraw --diagram redraw.svg
picture redraw.svg
run scrawl summary resnet164 --diagram resnet164.svg
picture resnet164.svg

say '' '## Redrawing' '' 'Handwriting, what the net draws of it, cleaned and enlarged, and the same digits in type.'
run scrawl redraw page.jpg --side-by-side --clean --font '"Times New Roman"' --height 160 -o typeset.png
picture typeset.png
say '' 'One digit: enlarged as it was drawn in 28x28, with smooth edges, and black and white by a threshold.'
run scrawl redraw digit.png --single --height 196 -o drawn.png
run scrawl redraw digit.png --single --clean --height 196 -o clean.png
run scrawl redraw digit.png --single --clean seed --height 196 -o steps.png
picture drawn.png redraw-drawn.png
picture clean.png redraw-clean.png
picture steps.png redraw-steps.png
say '' 'Pictures that it never saw, and what it draws of them: half of them those few of which it drew the wrong glyph.'
run scrawl evaluate redraw --data data/mnist --canonical --pairs pairs.png
picture pairs.png redraw-pairs.png
say '' 'The 32 maps of its second-last layer, from which it draws.'
run scrawl summary redraw --activations digit.png --layer act10 -o maps
picture maps/act10.png activations-redraw.png

say '' '## A study' '' 'Every combination of a grid, each with three seeds, ranked by the validation pictures. Killed, it goes on when the
command is given again.'
results scrawl sweep lenet --data data/mnist --epochs 2 --set '"augment=none average=0"' --grid optimizer=sgd,adam \
    --grid lr=0.1,0.01,0.001 --seeds 3 -o study
picture study/parallel.png

mv page.md "$top/$page"
echo "dev: $page and $(ls "$top/docs/gallery" | wc -l) pictures, $(du -ch "$top"/docs/gallery/* | tail -n 1 | cut -f 1) together" >&2
