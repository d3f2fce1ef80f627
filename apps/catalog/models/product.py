"""Products, their codes and what may be added to them."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q

from apps.core.choices import choices, is_one_of
from apps.stores.types import BeverageType, TaxClass

MAX_PACK = 1_000
MAX_PRICE_CENTS = 100_000_000


class Category(models.Model):
    """Where a product stands on the shelf: a department and a category in it."""

    department = models.CharField(max_length=60)
    name = models.CharField(max_length=60)

    class Meta:
        verbose_name_plural = "categories"
        constraints = [
            models.UniqueConstraint(
                fields=["department", "name"], name="one_category_per_department_and_name"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.department}: {self.name}"


class ModifierGroup(models.Model):
    """Choices that belong together, such as sizes or syrups, and how many a customer may take."""

    name = models.CharField(max_length=60, unique=True)
    minimum = models.PositiveSmallIntegerField(default=0, help_text="1 makes a choice necessary.")
    maximum = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(maximum__gte=F("minimum")) & Q(maximum__gte=1),
                name="modifier_group_takes_at_least_its_minimum",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Modifier(models.Model):
    """One choice: oat milk, a second shot, 16 oz."""

    group = models.ForeignKey(ModifierGroup, on_delete=models.CASCADE, related_name="modifiers")
    name = models.CharField(max_length=60)
    price_cents = models.PositiveIntegerField(default=0, help_text="Added to the price.")
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group", "name"], name="one_modifier_per_group_and_name"
            )
        ]

    def __str__(self) -> str:
        return f"{self.group_id}: {self.name}"


class Product(models.Model):
    """Something a shop sells. Stock and prices count its base unit: one bottle, one cup."""

    sku = models.CharField("SKU", max_length=40, unique=True)
    name = models.CharField(max_length=120, db_index=True)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="products")
    vendor = models.CharField(max_length=80, blank=True)
    beverage_type = models.CharField(
        max_length=8, choices=choices(BeverageType), default=BeverageType.NONE.value
    )
    tax_class = models.CharField(max_length=20, choices=choices(TaxClass))
    minimum_age = models.PositiveSmallIntegerField(
        default=0, validators=[MaxValueValidator(99)], help_text="Alcohol is 21 in any case."
    )
    volume_ml = models.PositiveIntegerField(
        "volume (ml)", null=True, blank=True, help_text="Of one container."
    )
    abv_percent = models.DecimalField(
        "ABV (%)",
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
    )
    unit_cost_cents = models.PositiveIntegerField("unit cost", null=True, blank=True)
    tracks_stock = models.BooleanField(
        default=True, help_text="Off for what is made to order: nothing leaves a shelf."
    )
    modifier_groups = models.ManyToManyField(ModifierGroup, blank=True, related_name="products")
    is_active = models.BooleanField(default=True, help_text="Only active products can be sold.")
    is_central = models.BooleanField(
        "kept by the head office",
        default=False,
        db_default=False,
        editable=False,
        help_text="What is changed here is overwritten when it changes there.",
    )

    class Meta:
        constraints = [
            is_one_of("beverage_type", BeverageType, name="product_beverage_type_is_known"),
            is_one_of("tax_class", TaxClass, name="product_tax_class_is_known"),
            models.CheckConstraint(
                condition=Q(abv_percent__isnull=True)
                | Q(abv_percent__gte=Decimal(0), abv_percent__lte=Decimal(100)),
                name="product_abv_is_a_percentage",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.sku})"


class Barcode(models.Model):
    """A code that stands for one or more base units of a product: bottle, six-pack, case."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="barcodes")
    gtin = models.CharField(
        "GTIN-14",
        max_length=14,
        validators=[RegexValidator(r"^[0-9]{14}$", "Fourteen digits.")],
    )
    pack_size = models.PositiveSmallIntegerField(
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_PACK)],
        help_text="How many base units leave the stock when it is scanned.",
    )
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["gtin"],
                condition=Q(is_active=True),
                name="one_active_product_per_barcode",
                violation_error_message="Another active product has this barcode.",
            ),
            models.CheckConstraint(
                condition=Q(pack_size__gte=1, pack_size__lte=MAX_PACK),
                name="pack_holds_one_unit_or_more",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gtin} x{self.pack_size}"
