/** German. Keys are the page's English; `{}` is a gap. */

export const GERMAN = {
  // The page
  'The scene. Drag or use the arrow keys to look around.':
    'Die Szene. Ziehen oder Pfeiltasten drücken, um sich umzusehen.',
  'Opening the scene': 'Die Szene wird geöffnet',
  Loading: 'Laden',
  'Try again': 'Noch einmal',
  View: 'Ansicht',
  'Map: face forward again': 'Karte: wieder nach vorn sehen',
  'Line between one sheet and layers': 'Linie zwischen einer Haut und Schichten',
  'One sheet': 'Eine Haut',
  Layers: 'Schichten',
  'Reset the view': 'Zurück zum Anfang',
  'Turn slowly': 'Langsam drehen',
  'Look by turning the phone': 'Durch Drehen des Telefons umsehen',
  'What is shown': 'Was gezeigt wird',
  Colour: 'Farbe',
  Depth: 'Tiefe',
  Mesh: 'Netz',
  'Before / after': 'Vorher / nachher',
  'Red–cyan': 'Rot–Cyan',
  'Side by side': 'Nebeneinander',
  'Save a picture': 'Bild sichern',
  'Camera path': 'Kamerafahrt',
  'Link to this view': 'Link zu dieser Ansicht',
  'Enter VR': 'In die VR',
  'Full screen': 'Vollbild',
  'Keys and gestures': 'Tasten und Gesten',
  // Camera path
  'Close the camera path': 'Kamerafahrt schließen',
  'Open a saved path': 'Gesicherte Fahrt öffnen',
  'Look somewhere and keep the view; look elsewhere and keep that too. The camera goes from one to the next.':
    'Irgendwohin sehen und die Ansicht behalten, dann anderswohin und wieder. Die Kamera fährt von einer zur nächsten.',
  'Keep this view': 'Ansicht behalten',
  Play: 'Abspielen',
  Stop: 'Halt',
  Loop: 'Rundfahrt',
  'Name, for example: fly in': 'Name, zum Beispiel: Anflug',
  'Name of the path': 'Name der Fahrt',
  Save: 'Sichern',
  'Make a film': 'Film drehen',
  Download: 'Herunterladen',
  'View {}': 'Ansicht {}',
  'View {} is kept': 'Ansicht {} ist behalten',
  'Seconds to view {}': 'Sekunden bis Ansicht {}',
  'Forget view {}': 'Ansicht {} vergessen',
  'Saved with the scene as {}': 'Bei der Szene gesichert als {}',
  'Keep two views or more, then play the way between them.':
    'Erst zwei Ansichten oder mehr behalten, dann den Weg dazwischen abspielen.',
  // Pictures and links
  Size: 'Größe',
  'As on the screen': 'Wie auf dem Schirm',
  'Square, 2048 × 2048': 'Quadrat, 2048 × 2048',
  'Upright, 1080 × 1920': 'Hochkant, 1080 × 1920',
  'Another size': 'Andere Größe',
  Width: 'Breite',
  Height: 'Höhe',
  File: 'Datei',
  Cancel: 'Abbrechen',
  Close: 'Schließen',
  'Copy this address': 'Diese Adresse kopieren',
  'The link to this view is copied': 'Der Link zu dieser Ansicht ist kopiert',
  'This machine has not the memory for so large a picture.':
    'Für ein so großes Bild reicht der Speicher dieses Geräts nicht.',
  // Help
  'Getting around': 'Sich zurechtfinden',
  'Drag, or': 'Ziehen oder',
  'look around': 'umsehen',
  'Wheel, pinch, or': 'Rad, zwei Finger oder',
  zoom: 'heranholen',
  'down,': 'hinab,',
  up: 'hinauf',
  'lean your head': 'den Kopf neigen',
  ', up to {} cm': ', bis {} cm',
  'Right-drag, or two fingers': 'Rechts ziehen oder zwei Finger',
  'Double click, or': 'Doppelklick oder',
  'back to the start': 'zurück zum Anfang',
  'turn slowly': 'langsam drehen',
  to: 'bis',
  'colour, depth, mesh, one sheet against layers, red–cyan glasses, side by side':
    'Farbe, Tiefe, Netz, eine Haut gegen Schichten, Rot-Cyan-Brille, nebeneinander',
  'camera path: open, keep a view, play': 'Kamerafahrt: öffnen, Ansicht behalten, abspielen',
  'picture, link, VR, full screen': 'Bild, Link, VR, Vollbild',
  // What it says meanwhile
  'Unfolding the layers': 'Die Schichten werden entfaltet',
  'Sharpening · {}': 'Wird schärfer · {}',
  'Drag to look, pinch to zoom, two fingers to lean':
    'Ziehen zum Umsehen, zwei Finger zum Heranholen und Neigen',
  'Drag to look, scroll to zoom, W A S D to lean': 'Ziehen zum Umsehen, Rad zum Heranholen, W A S D zum Neigen',
  'This is as far as the scene lets you lean': 'Weiter lässt die Szene den Kopf nicht',
  'The headset did not start.': 'Die Brille ist nicht gestartet.',
  'This page is not allowed to fill the screen.': 'Diese Seite darf den Schirm nicht füllen.',
  'VR needs a secure address: open this page by https, or on this computer itself.':
    'VR braucht eine sichere Adresse: diese Seite über https öffnen oder auf diesem Rechner selbst.',
  'This browser has no WebXR: try Chrome or Edge with a headset, or the headset’s own browser.':
    'Dieser Browser hat kein WebXR: Chrome oder Edge mit einer Brille versuchen oder deren eigenen Browser.',
  'No headset was found: connect one, or open this page in the headset’s browser.':
    'Keine Brille gefunden: eine anschließen oder diese Seite im Browser der Brille öffnen.',
  'The phone’s motion sensors are not allowed here: allow them in the browser’s settings.':
    'Die Bewegungssensoren sind hier nicht erlaubt: in den Einstellungen des Browsers erlauben.',
  'Motion sensors need a secure address: open this page by https.':
    'Bewegungssensoren brauchen eine sichere Adresse: diese Seite über https öffnen.',
  'The graphics card let go of the scene: load the page again if it does not come back.':
    'Die Grafikkarte hat die Szene losgelassen: die Seite neu laden, wenn sie nicht wiederkommt.',
  // In the headset
  Larger: 'Größer',
  Smaller: 'Kleiner',
  'Life size': 'Lebensgröße',
  'Leave VR': 'VR verlassen',
  // What went wrong
  'No scene is chosen: open one from the library.': 'Keine Szene gewählt: eine aus der Bibliothek öffnen.',
  'scene.json is damaged: it is not JSON.': 'scene.json ist beschädigt: Es ist kein JSON.',
  'scene.glb is damaged: it could not be read.': 'scene.glb ist beschädigt: Es ließ sich nicht lesen.',
  'scene.glb holds no picture.': 'scene.glb enthält kein Bild.',
  'This browser is too old to unpack the scene: try one of 2023 or later.':
    'Dieser Browser ist zu alt, um die Szene auszupacken: einen von 2023 oder später versuchen.',
  '{} could not be fetched: the app may have stopped.':
    '{} ließ sich nicht holen: Die App läuft vielleicht nicht mehr.',
  '{} could not be fetched: the server answered {}.': '{} ließ sich nicht holen: Der Server antwortete {}.',
  'Sign in first, then open this page again.': 'Erst anmelden, dann diese Seite noch einmal öffnen.',
  'This scene is not here: {} was not found.': 'Diese Szene ist nicht hier: {} wurde nicht gefunden.',
  'The scene stopped arriving: the connection was lost.':
    'Die Szene kam nicht ganz an: Die Verbindung ist abgerissen.',
  'This browser cannot draw in 3D: WebGL is switched off or missing.':
    'Dieser Browser kann nicht räumlich zeichnen: WebGL ist abgeschaltet oder fehlt.',
  'The app does not answer: it may have stopped.': 'Die App antwortet nicht: Sie läuft vielleicht nicht mehr.',
  'The app refused: {}.': 'Die App lehnte ab: {}.',
  'The viewer stopped: {}': 'Der Betrachter hat angehalten: {}',
};
