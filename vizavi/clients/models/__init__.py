"""Who we sell to: leads, companies and the people in them; and what stands about them in contracts and invoices."""

from vizavi.clients.models.people import Company, Contact, Lead
from vizavi.clients.models.requisites import OurCompany, Requisites

__all__ = ["Company", "Contact", "Lead", "OurCompany", "Requisites"]
