using Byon.Functions.Events;
using Byon.Platform;
using Byon.Platform.Records;
using Microsoft.Extensions.Options;

namespace Byon.Functions.Surfaces.Camara;

/// <summary>CAMARA webrtc-events 0.3, under that name or as webrtc-events-subscriptions.</summary>
internal sealed class EventsV03(Subscriptions subscriptions, IOptions<SurfaceOptions> options)
{
    private readonly SubscriptionSurface _surface = options.Value.EventsUnderNewName
        ? new(subscriptions, ApiVersions.EventsSubscriptions, EventDialect.CamaraSubscriptions)
        : new(subscriptions, ApiVersions.Events, EventDialect.Camara);

    public Surface Table => _surface.Table(Publication.Camara, "WebRTC Events", "webrtc-events");
}
