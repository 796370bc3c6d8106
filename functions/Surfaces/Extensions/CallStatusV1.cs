using Byon.Functions.Events;
using Byon.Functions.Surfaces.Camara;
using Byon.Platform;
using Byon.Platform.Records;

namespace Byon.Functions.Surfaces.Extensions;

/// <summary>
/// Our extension: whether a device is on the phone, for presence. Subscribed to as CAMARA's events are, under a name and scopes
/// of its own, since who may know that somebody is on the phone need not know with whom.
/// </summary>
internal sealed class CallStatusV1(Subscriptions subscriptions)
{
    public Surface Table =>
        new SubscriptionSurface(subscriptions, ApiVersions.CallStatus, EventDialect.CallStatus).Table(Publication.Extension, "Call Status", "call-status");
}
