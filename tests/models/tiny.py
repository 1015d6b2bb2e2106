"""A tiny random encoder, so that fine-tuning is tested without a download."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from recenter.models.cross_encoder import libraries
from tests import servers

CURE = "run: pip install 'recenter[finetune]'"


def require() -> None:
    """Skip where the extra is absent."""
    for package in ("torch", "transformers"):
        servers.require(package, CURE)


def write_encoder(folder: Path, *, seed: int = 0) -> Path:
    """Write a BERT of two layers of 32, with the package's own vocabulary; return its folder."""
    require()
    from tokenizers import BertWordPieceTokenizer

    torch, transformers = libraries("A test")
    vocab = resources.files("recenter.models").joinpath("weights", "vocab.txt")
    made = BertWordPieceTokenizer(str(vocab), lowercase=True)
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=made._tokenizer,
        unk_token="[UNK]",
        sep_token="[SEP]",
        pad_token="[PAD]",
        cls_token="[CLS]",
        mask_token="[MASK]",
        model_max_length=64,
    )
    config = transformers.BertConfig(
        vocab_size=made.get_vocab_size(),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=66,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        transformers.BertModel(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
