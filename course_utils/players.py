"""Models of two players: each has its own loss and its own optimizer."""

import course_utils.quiet

import keras

from course_utils.keras_internals import optimized_variables
from course_utils.training import InMemoryModel


def player_optimizer(given, variables) -> keras.optimizers.Optimizer:
    """The optimizer of one player, built for its variables.

    Args:
        given: an optimizer, its name, or its config. An optimizer that was built for other
            variables is copied, so that both players may be given the same one.
        variables: those that the player trains.

    Returns:
        The optimizer, or its copy, built for exactly these variables.
    """
    optimizer = keras.optimizers.get(given)
    if optimizer.built:
        known = {id(variable) for variable in optimized_variables(optimizer)}
        if known == {id(variable) for variable in variables}:
            return optimizer
        optimizer = type(optimizer).from_config(optimizer.get_config())
    optimizer.build(variables)
    return optimizer


class TwoPlayers(InMemoryModel):
    """A generator and a discriminator, each with an optimizer.

    `generator_variables` and `discriminator_variables` are what each optimizer updates; a subclass
    overrides them if the players have more networks than `generator` and `discriminator`.
    """

    has_loss = False

    @property
    def generator_variables(self) -> list[keras.Variable]:
        """What the generator's optimizer updates."""
        return self.generator.trainable_variables

    @property
    def discriminator_variables(self) -> list[keras.Variable]:
        """What the discriminator's optimizer updates."""
        return self.discriminator.trainable_variables

    @staticmethod
    def default_optimizer() -> keras.optimizers.Optimizer:
        """A new optimizer for a player to whom `compile` is given none."""
        raise NotImplementedError

    def compile(self, generator_optimizer=None, discriminator_optimizer=None, **kwargs):
        """Give each player an optimizer of its own.

        Args:
            generator_optimizer, discriminator_optimizer: optimizers, their names or configs. An
                optimizer given to both is copied. None means `default_optimizer()`.
            kwargs: as for `keras.Model.compile`. On a CPU `jit_compile=True` is the fastest for
                dense networks and by far the slowest for convolutions.

        Raises:
            ValueError: for `optimizer=…`, since two are needed, and for an optimizer with
                `use_ema=True`. Each player is trained against the other's latest weights, not
                against averages; `GAN` keeps an average of its own for samples, see `ema_decay`.
        """
        if kwargs.pop("optimizer", None) is not None:
            raise ValueError(
                "optimizer: two players need one each; call "
                "compile(generator_optimizer=…, discriminator_optimizer=…)"
            )
        self.generator_optimizer = player_optimizer(
            generator_optimizer or self.default_optimizer(), self.generator_variables
        )
        self.discriminator_optimizer = player_optimizer(
            discriminator_optimizer or self.default_optimizer(), self.discriminator_variables
        )
        for name in ("generator_optimizer", "discriminator_optimizer"):
            if getattr(self, name).use_ema:
                raise ValueError(
                    f"{name}: nobody would see its average (use_ema=True); a GAN averages its "
                    "generator by itself: GAN(…, ema_decay=0.99)"
                )
        super().compile(optimizer=None, **kwargs)
