"""Hidden tokens: how many, which never, and a head that can learn to guess them."""

import torch

from training.masking import LanguageHead, hide


def test_special_tokens_and_padding_are_never_hidden():
    """Ids 0 to 4 stay even when everything is to be hidden."""
    ids = torch.tensor([[2, 7, 9, 3, 0, 0]])

    _, hidden = hide(ids, 1.0, vocabulary=50)

    assert hidden.tolist() == [[False, True, True, False, False, False]]


def test_another_encoder_has_other_special_tokens():
    """BERT's [CLS] and [SEP] are 101 and 102, its [MASK] 103."""
    ids = torch.tensor([[101, 7, 2003, 102, 0]])

    inputs, hidden = hide(ids, 1.0, vocabulary=3000, mask=103, special=torch.tensor([0, 100, 101, 102, 103]))

    assert hidden.tolist() == [[False, True, True, False, False]]
    assert 4 not in inputs


def test_a_row_hides_its_own_share():
    """Of two rows with shares 0 and 1 only the second changes."""
    torch.manual_seed(0)
    ids = torch.full((2, 400), 30)

    inputs, hidden = hide(ids, torch.tensor([[0.0], [1.0]]), vocabulary=50)

    assert not hidden[0].any()
    assert hidden[1].all()
    assert inputs[0].equal(ids[0])
    masked, kept = (inputs[1] == 4).float().mean().item(), (inputs[1] == 30).float().mean().item()
    assert 0.72 < masked < 0.88
    assert 0.05 < kept < 0.18


def test_nothing_hidden_leaves_the_input_as_it_was():
    """Share 0 is the identity."""
    ids = torch.randint(5, 50, (4, 12))

    inputs, hidden = hide(ids, 0.0, vocabulary=50)

    assert inputs.equal(ids)
    assert not hidden.any()


def test_the_head_learns_which_word_was_hidden():
    """Two states, two words: after some steps each state names its word."""
    torch.manual_seed(0)
    head, words = LanguageHead(8, 6), torch.randn(6, 8)
    states, answers = torch.randn(2, 8), torch.tensor([1, 4])
    optimizer = torch.optim.Adam(head.parameters(), 0.05)
    for _ in range(60):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(head(states, words), answers).backward()
        optimizer.step()

    assert head(states, words).argmax(dim=1).tolist() == [1, 4]
