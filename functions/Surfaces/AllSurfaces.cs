using Byon.Functions.Surfaces.ByonV1;
using Byon.Functions.Surfaces.Camara;
using Microsoft.Extensions.Options;

namespace Byon.Functions.Surfaces;

/// <summary>Every surface this API serves. A new API or version is a table in a folder beside, and a line here.</summary>
internal sealed class AllSurfaces(
    RegistrationV04 registration, CallHandlingV04 callHandling, NotificationChannelV1 notificationChannel, IOptions<SurfaceOptions> options)
{
    public IReadOnlyList<Surface> List { get; } =
    [
        .. new[] { registration.Table, callHandling.Table, notificationChannel.Table }
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
