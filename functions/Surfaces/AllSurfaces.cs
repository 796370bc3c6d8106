using Byon.Functions.Surfaces.ByonV1;
using Byon.Functions.Surfaces.Camara;
using Byon.Functions.Surfaces.CamaraR22;
using Byon.Functions.Surfaces.Extensions;
using Microsoft.Extensions.Options;

namespace Byon.Functions.Surfaces;

/// <summary>Every surface this API serves. A new API or version is a table in a folder beside, and a line here.</summary>
internal sealed class AllSurfaces(
    RegistrationV04 registration, CallHandlingV04 callHandling, EventsV03 events,
    RegistrationV03 registrationR22, CallHandlingV03 callHandlingR22, EventsV02 eventsR22,
    RacmV1 racm, NotificationChannelV1 notificationChannel, VvoipV1 vvoip,
    CallTransferV1 callTransfer, CallStatusV1 callStatus, CallKeysV1 callKeys, IOptions<SurfaceOptions> options)
{
    public IReadOnlyList<Surface> List { get; } =
    [
        .. new[]
            {
                registration.Table, callHandling.Table, events.Table,
                registrationR22.Table, callHandlingR22.Table, eventsR22.Table,
                racm.Table, notificationChannel.Table, vvoip.Table,
                callTransfer.Table, callStatus.Table, callKeys.Table,
            }
            .Select(surface => surface with { IsStrict = options.Value.IsStrict(surface.Publication) }),
    ];

    public void Map(IEndpointRouteBuilder routes)
    {
        foreach (var surface in List)
        {
            surface.Map(routes);
        }
    }
}
